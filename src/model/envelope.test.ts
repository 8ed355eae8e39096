import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ENVELOPE_VERSION, type Envelope, openEnvelope, sealEnvelope } from "./envelope.ts";

/** Messages carried a trace id before posts and mentions carried their traceparent. */
type Golden = Envelope & { traceId?: string };

const GOLDEN = join(import.meta.dirname, "golden");
const bodyOf = ({ v: _, traceId: __, ...body }: Golden) => body;

/**
 * As they stood in a queue: what each version wrote, and what it wrote before a field was added to
 * it.
 */
const golden = globSync("v*/*.json", { cwd: GOLDEN }).map((file) => ({
  file,
  message: JSON.parse(readFileSync(join(GOLDEN, file), "utf8")) as Golden,
}));

describe("a queue message", () => {
  it.each(golden)("of an earlier version is still read: $file", ({ file, message }) => {
    const opened = openEnvelope(message, message.kind);
    // Whole: a field that was dropped in silence would be lost at the next stage.
    expect(opened).toMatchObject({
      kind: "body",
      body: bodyOf(message),
      ...(!file.includes("in-trace") && { traceId: message.traceId ?? "" }),
    });
  });

  it("is in the trace of its post", () => {
    for (const kind of ["post", "mention"] as const) {
      const file = join(GOLDEN, "v1", `${kind}-in-trace.json`);
      const opened = openEnvelope(JSON.parse(readFileSync(file, "utf8")), kind);
      expect(opened).toMatchObject({ traceId: "0af7651916cd43dd8448eb211c80319c" });
    }
  });

  it("of this version is among those kept, in every kind", () => {
    const kept = golden
      .filter(({ message }) => message.v === ENVELOPE_VERSION)
      .map(({ message }) => message.kind);
    expect(new Set(kept)).toEqual(new Set(["post", "mention", "delivery"]));
  });

  it("of a newer version waits", () => {
    expect(openEnvelope({ v: ENVELOPE_VERSION + 1, kind: "something new" }, "post")).toEqual({
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
      expect(openEnvelope(message, "post")).toMatchObject({
        kind: "unreadable",
        error: expect.stringMatching(/\S/),
      });
  });

  it("in the wrong queue is unreadable there", () => {
    const delivery = sealEnvelope({ kind: "delivery", id: 1, channelId: 2 });
    expect(openEnvelope(delivery, "delivery")).toMatchObject({ kind: "body", body: { id: 1 } });
    expect(openEnvelope(delivery, "post")).toMatchObject({
      kind: "unreadable",
      error: expect.stringContaining("delivery"),
    });
  });
});
