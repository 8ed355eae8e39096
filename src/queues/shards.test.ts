import { expect, it } from "vitest";
import { shardOf } from "../kit/shard.ts";
import { type Envelope, sealEnvelope } from "../model/envelope.ts";
import { mention } from "../store/contract/fixtures.ts";
import { shardedQueue } from "./shards.ts";

function queues(count: number) {
  const sent: Envelope[][] = Array.from({ length: count }, () => []);
  const shards = sent.map((into, n) => ({
    sendBatch: async (messages: { body: Envelope }[]) =>
      void into.push(...messages.map(({ body }) => body)),
    metrics: async () => ({ backlogCount: n, oldestMessageTimestamp: n === 1 ? 0 : 100 - n }),
  }));
  const [first, ...rest] = shards;
  if (first === undefined) throw new Error("a queue has one shard at least");
  return { sent, queue: shardedQueue([first, ...rest]) };
}

const about = (eventKey: string, n: number): Envelope =>
  sealEnvelope({ kind: "mention", mention: { ...mention(n), eventKey }, again: false });

it("sends each message once, those of an event into one queue", async () => {
  const { sent, queue } = queues(4);
  const all = Array.from({ length: 400 }, (_, n) => about(`eth:T${n % 100}:w`, n));
  await queue.sendBatch(all.map((body) => ({ body })));
  expect(sent.flat()).toHaveLength(400);
  for (const part of sent) expect(part.length).toBeGreaterThan(40);
  const keys = sent.map(
    (part) => new Set(part.map((each) => JSON.stringify(each).match(/eth:T\d+/)?.[0])),
  );
  expect(keys.reduce((sum, { size }) => sum + size, 0)).toBe(100);
});

it("counts what waits in all of them, and the oldest of it", async () => {
  expect(await queues(4).queue.metrics()).toEqual({ backlogCount: 6, oldestMessageTimestamp: 97 });
});

it("fails when one of them refuses, after the others have taken theirs", async () => {
  const { sent, queue } = queues(2);
  const refusing = shardedQueue([
    { sendBatch: () => Promise.reject(new Error("full")), metrics: queue.metrics },
    queue,
  ]);
  const all = Array.from({ length: 50 }, (_, n) => ({ body: about(`eth:T${n}:w`, n) }));
  await expect(refusing.sendBatch(all)).rejects.toThrow("full");
  expect(sent.flat().length).toBeGreaterThan(10);
});

it("spreads keys evenly over any number of shards", () => {
  for (const count of [2, 3, 4, 8, 16]) {
    const held = new Array<number>(count).fill(0);
    for (let n = 0; n < 20_000; n++) {
      const shard = shardOf(`eth:0x${(n * 7919).toString(16)}:2026-01-15T10:00:00Z`, count);
      held[shard] = (held[shard] ?? 0) + 1;
    }
    expect(Math.max(...held) / Math.min(...held)).toBeLessThan(1.15);
  }
});
