import { expect, it } from "vitest";
import { type Envelope, sealEnvelope } from "../model/envelope.ts";
import { mention, post } from "../store/contract/fixtures.ts";
import { resendDeadLetters } from "./resend.ts";

it("sends posts and mentions back to their queues, posts past the dedup window", async () => {
  const sent = { posts: [] as Envelope[], mentions: [] as Envelope[], woken: 0 };
  const into = (queue: Envelope[]) => ({
    sendBatch: async (messages: { body: Envelope }[]) =>
      void queue.push(...messages.map(({ body }) => body)),
  });
  await resendDeadLetters(
    [
      { payload: sealEnvelope({ kind: "post", post: post(1), again: false }, "one") },
      { payload: sealEnvelope({ kind: "mention", mention: mention(2) }, "two") },
      { payload: sealEnvelope({ kind: "delivery", id: 3, channelId: 1 }, "three") },
      { payload: "garbage" },
    ],
    {
      posts: into(sent.posts),
      mentions: into(sent.mentions),
      wakeSweeper: async () => void sent.woken++,
    },
  );
  expect(sent).toMatchObject({
    posts: [{ kind: "post", again: true, traceId: "one", post: { id: "1" } }],
    mentions: [{ kind: "mention", traceId: "two", mention: { postId: "2" } }],
    woken: 1,
  });
});
