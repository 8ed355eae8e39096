import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ENVELOPE_VERSION, open, seal } from "./envelope.ts";

const GOLDEN = join(import.meta.dirname, "golden");
const golden = globSync("v*/*.json", { cwd: GOLDEN }).map((file) => ({
  kind: file.replace(/^.*\/|\.json$/g, "") as "post" | "mention" | "delivery",
  message: JSON.parse(readFileSync(join(GOLDEN, file), "utf8")),
}));

describe("a queue message", () => {
  it("of every earlier version is still read", () => {
    expect(golden.map(({ kind, message }) => open(message, kind).kind)).toEqual(golden.map(() => "body"));
    expect(golden.length).toBeGreaterThanOrEqual(3 * ENVELOPE_VERSION);
  });

  it("of a newer version waits", () => {
    expect(open({ v: ENVELOPE_VERSION + 1, kind: "something new" }, "post")).toEqual({
      kind: "newer",
      version: ENVELOPE_VERSION + 1,
    });
  });

  it("that fits no schema says what is wrong and is not thrown", () => {
    for (const message of [
      null,
      "text",
      7,
      {},
      { v: 1 },
      { v: 1, kind: "post" },
      { v: 0, kind: "delivery", id: 1, channelId: 1 },
    ])
      expect(open(message, "post")).toMatchObject({ kind: "unreadable", error: expect.stringMatching(/\S/) });
  });

  it("in the wrong queue is unreadable there", () => {
    const delivery = seal({ kind: "delivery", id: 1, channelId: 2 }, "t");
    expect(open(delivery, "delivery")).toMatchObject({ kind: "body", body: { id: 1 } });
    expect(open(delivery, "post")).toMatchObject({ kind: "unreadable", error: expect.stringContaining("delivery") });
  });
});
