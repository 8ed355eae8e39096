import { describe, expect, it } from "vitest";
import { jsonBytes } from "../kit/utf8.ts";
import { type Envelope, sealEnvelope } from "../model/envelope.ts";
import { PostInput } from "../model/raw-post.ts";
import { MAX_MESSAGE_BYTES, queueBatches, type SendQueue, sendMessages } from "./queue-batches.ts";

const sizes = (messages: string[]): number[] => queueBatches(messages).map(({ length }) => length);

describe("calls to a queue", () => {
  it("hold at most 100 messages, in order", () => {
    const messages = Array.from({ length: 250 }, (_, n) => `${n}`);
    expect(sizes(messages)).toEqual([100, 100, 50]);
    expect(queueBatches(messages).flat()).toEqual(messages);
  });

  it("hold no more bytes than the queue takes, in any script", () => {
    for (const letter of ["x", "ß", "代", "🚀", "\u0001"]) {
      const messages = Array.from({ length: 120 }, () => letter.repeat(1_000));
      for (const batch of queueBatches(messages)) expect(jsonBytes(batch)).toBeLessThan(256_000);
    }
    expect(sizes(Array.from({ length: 5 }, () => "x".repeat(50_000)))).toEqual([4, 1]);
  });

  it("hold a message that fills a call alone", () => {
    expect(sizes(["a", "x".repeat(219_900), "b"])).toEqual([1, 1, 1]);
    expect(sizes([])).toEqual([]);
  });
});

const delivery = (id: number): Envelope => sealEnvelope({ kind: "delivery", id, channelId: 1 });
const idOf = (message: Envelope): number => (message.kind === "delivery" ? message.id : -1);

/** A queue that refuses every call with one of these ids; `calls` counts what it was asked. */
function queueWithout(bad: (id: number) => boolean) {
  const taken: number[] = [];
  const asked = { calls: 0 };
  const queue: SendQueue = {
    async sendBatch(messages) {
      asked.calls++;
      const ids = messages.map(({ body }) => idOf(body));
      if (ids.some(bad)) throw new Error("refused");
      taken.push(...ids);
    },
  };
  return { queue, taken, asked };
}

describe("sending messages", () => {
  const messages = Array.from({ length: 300 }, (_, id) => delivery(id));

  it("halves a refused call, so that a message the queue refuses holds up no other", async () => {
    for (const bad of [[7], [0, 1], [99, 100, 299]]) {
      const { queue, taken } = queueWithout((id) => bad.includes(id));
      const { refused, error } = await sendMessages(messages, queue);
      expect(refused.map(idOf)).toEqual(bad);
      expect(taken).toHaveLength(300 - bad.length);
      expect(String(error)).toContain("refused");
    }
  });

  it("asks a queue that takes nothing a few times only, and answers all as refused", async () => {
    const { queue, asked } = queueWithout(() => true);
    const { refused } = await sendMessages(messages, queue);
    expect(new Set(refused.map(idOf)).size).toBe(300);
    expect(asked.calls).toBeLessThan(60);
  });
});

it("takes every post that may be accepted: the largest one fits into a message", () => {
  const post = PostInput.parse({
    id: "\u0001".repeat(200),
    source: "x".repeat(50),
    author: "\u0001".repeat(200),
    text: "\u0001".repeat(10_000),
    posted_at: "2026-01-15T10:00:00Z",
    url: "\u0001".repeat(2_000),
    token_ca: "代".repeat(100),
    raw: { note: "代".repeat(5_400) },
    links: Array.from({ length: 50 }, (_, i) => `https://${i}.example/${"代".repeat(1_900)}`),
  });
  expect(post.raw).toBeDefined();
  expect(post.links?.length).toBe(2);
  const message = sealEnvelope({ kind: "post", post, again: true });
  expect(jsonBytes(message)).toBeLessThan(MAX_MESSAGE_BYTES);
});
