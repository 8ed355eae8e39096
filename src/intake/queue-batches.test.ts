import { expect, it } from "vitest";
import { queueBatches } from "./queue-batches.ts";

const sizes = (messages: string[]): number[] => queueBatches(messages).map(({ length }) => length);

it("sends at most 100 messages a call, in order", () => {
  const messages = Array.from({ length: 250 }, (_, n) => `${n}`);
  expect(sizes(messages)).toEqual([100, 100, 50]);
  expect(queueBatches(messages).flat()).toEqual(messages);
});

it("begins a new call before the messages are too large for one", () => {
  expect(sizes(Array.from({ length: 5 }, () => "x".repeat(50_000)))).toEqual([2, 2, 1]);
});

it("sends a message that fills a call by itself alone", () => {
  expect(sizes(["a", "x".repeat(200_000), "b"])).toEqual([1, 1, 1]);
  expect(sizes([])).toEqual([]);
});
