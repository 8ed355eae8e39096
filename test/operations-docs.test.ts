import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../cli/main.ts";
import { METRICS } from "../src/observability/metrics.ts";

const page = readFileSync(new URL("../docs/operations.md", import.meta.url), "utf8");
const distinct = (found: Iterable<RegExpMatchArray>): string[] => [
  ...new Set([...found].map(([, name = ""]) => name)),
];

describe("the runbook", () => {
  const alerts = distinct(
    page.matchAll(/`([a-z_]+(?:_total|_ms|_state|_backlog|_letters))(?:_count)?[`{]/g),
  );

  it.each(alerts)("names a metric that is published: %s", (name) =>
    expect(Object.keys(METRICS)).toContain(name),
  );

  it("has an alert for most of them", () => expect(alerts.length).toBeGreaterThan(12));
});

describe("a command of the runbook", () => {
  afterEach(() => vi.restoreAllMocks());
  const commands = distinct(page.matchAll(/(?:stream --|`stream) ([a-z]+(?: [a-z]+)?)/g));

  it.each(commands)("exists: %s", async (command) => {
    const [name = "", verb = ""] = command.split(" ");
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    expect(await main([name, "--help"])).toBe(0);
    expect(write.mock.calls.join("")).toContain(verb);
  });

  it("is found by this test", () => expect(commands.length).toBeGreaterThan(8));
});
