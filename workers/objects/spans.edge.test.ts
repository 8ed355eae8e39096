import * as workers from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { inSpan, traceIdsOf } from "./spans.ts";

afterEach(() => vi.restoreAllMocks());

it("runs the work in a span of the platform's own tracing, and answers what it answers", async () => {
  expect(typeof workers.tracing?.startActiveSpan).toBe("function");
  const started = vi.spyOn(workers.tracing, "startActiveSpan");
  const work = async () => workers.tracing.getActiveSpan() !== undefined;
  expect(await inSpan("a", () => ({ "event.key": "k" }), work)).toBeTypeOf("boolean");
  expect(started.mock.calls.map(([name]) => name)).toEqual(["a"]);
});

it("makes no attributes where nothing is traced", async () => {
  const attributes = vi.fn(() => ({}));
  await inSpan("a", attributes, async () => undefined);
  expect(attributes).not.toHaveBeenCalled();
});

it("lets a fault of the work through", async () => {
  const fault = async () => {
    throw new Error("the object was reset");
  };
  await expect(inSpan("a", () => ({}), fault)).rejects.toThrow("the object was reset");
});

it("names each trace once, and few", () => {
  const traces = Array.from({ length: 40 }, (_, n) => `00-${String(n).padStart(32, "0")}-a-01`);
  expect(traceIdsOf([traces[1], traces[1], undefined])).toBe("1".padStart(32, "0"));
  expect(traceIdsOf(traces).split(" ")).toHaveLength(16);
});
