import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { cost } from "./commands/cost.ts";
import { billFor, COUNTED } from "./cost/bill.ts";
import { costPage } from "./cost/page.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../docs/cost.md"), "utf8");

/** A million of each a day: easy to check by hand. */
const figures = {
  posts: 1_000,
  perThousand: { requests: 1_000, queueWrites: 1_000, queueReads: 1_000, objectSeconds: 8 },
  perMinute: { requests: 0 },
};

describe("a bill", () => {
  const of = (meter: string, posts: number) =>
    billFor(posts, figures).lines.find((line) => line.meter === meter);

  it("is what is above the included operations of a month", () => {
    expect(of("requests", 1_000_000)?.dollars).toBeCloseTo(((30.4e6 - 1e7) * 0.3) / 1e6);
    expect(of("queue operations", 1_000_000)?.dollars).toBeCloseTo(
      ((3 * 30.4e6 - 1e6) * 0.4) / 1e6,
    );
    expect(of("object GB-s", 1_000_000)?.perDay).toBeCloseTo(1_000);
  });

  it("holds the base prices alone without a post, and says what is too much for nothing", () => {
    expect(billFor(0, figures).dollars).toBeCloseTo(5 + 0.106 * 0.25 * 730);
    expect(of("queue operations", 3_000)?.fitsFree).toBe(true);
    expect(of("queue operations", 4_000)?.fitsFree).toBe(false);
  });

  it("counts the minutes of a month", () => {
    const minutes = { ...figures, perThousand: {}, perMinute: { requests: 10 } };
    expect(billFor(0, minutes).lines[0]?.perMonth).toBeCloseTo(10 * 1_440 * 30.4);
  });
});

describe("stream cost", () => {
  it("prints each meter and the sum", async () => {
    const { code, out } = await runCommand(cost, ["--posts-per-day", "10000"], apiApp(fakePorts()));
    expect(code).toBe(0);
    expect(out.join("\n")).toContain(`$${billFor(10_000).dollars.toFixed(2)} a month for 10,000`);
  });

  it.each([[[]], [["--posts-per-day", "many"]], [["10"]]])("refuses %j", async (args) => {
    await expect(runCommand(cost, args, apiApp(fakePorts()))).rejects.toThrow();
  });
});

describe("docs/cost.md", () => {
  it("is made of the figures that were counted", () => {
    expect(PAGE).toBe(costPage(PAGE, COUNTED));
  });

  it("would not stay as it is with others", () => {
    expect(costPage(PAGE, figures)).not.toBe(PAGE);
  });
});

describe("README.md", () => {
  it("names the bill that the counted operations make", () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    const bill = billFor(10_000).dollars.toFixed(2);
    expect(readme).toContain(`10,000 posts a day cost $${bill} a month`);
  });
});
