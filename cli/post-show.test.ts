import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { arrival, at, change, KEY, mention, pending } from "../src/store/contract/fixtures.ts";
import { memoryStore } from "../src/store/memory/index.ts";
import { fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { UsageError } from "./command.ts";
import { post } from "./commands/post.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async function shown(args: string[], json = false) {
  const store = memoryStore();
  await store.accept(
    [arrival(1, { trace: TRACE, text: "$DEMO\u001b[2J is up" }), arrival(2)],
    at(0),
  );
  await store.recordJudgements([{ ...pending(1, KEY), filterMs: 2, refineMs: 90 }], at(1));
  const timings = {
    ...{ enrichMs: 700, enrich: { goplus: [700, "fresh"] as [number, string] } },
    ...{ rulesMs: 3, posts: 12 },
  };
  await store.commit(change(0, [mention(1)], { at: at(2), timings }));
  const ports = fakePorts();
  ports.store = { ...ports.store, post: store.post };
  return runCommand(post, ["show", ...args], apiApp(ports), { json });
}

describe("stream post show", () => {
  it("prints each step with its milliseconds, its budget and who shared them", async () => {
    const { code, out } = await shown(["x", "1"]);
    expect(code).toBe(0);
    const text = out.join("\n");
    expect(text).toContain("trace 0af7651916cd43dd8448eb211c80319c");
    expect(text).toMatch(/enrich goplus +fresh +700 of 12 +800/);
    expect(text).toMatch(/refine +mention +90 +50 !/);
    expect(text).toMatch(/795 ms of a budget of 2000 ms/);
    expect(text).not.toContain("\u001b");
  });

  it("prints JSON for programs", async () => {
    const { out } = await shown(["x", "1"], true);
    expect(JSON.parse(out[0] ?? "")).toMatchObject({ trace: TRACE, spent_ms: 795 });
  });

  it("says of a post that never came that it never came", async () => {
    await expect(shown(["x", "nine"])).rejects.toThrow("No post x:nine came in");
  });

  it.each([[[]], [["x"]], [["x", "1", "2"]]])("refuses %j", async (args) => {
    await expect(shown(args)).rejects.toThrow(UsageError);
  });
});
