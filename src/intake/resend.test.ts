import { expect, it } from "vitest";
import { type Envelope, sealEnvelope } from "../model/envelope.ts";
import { mention, post } from "../store/contract/fixtures.ts";
import { resendDeadLetters } from "./resend.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

it("sends posts and mentions back to their queues in their traces, posts past the dedup window", async () => {
  const sent = { posts: [] as Envelope[], mentions: [] as Envelope[], woken: 0 };
  const into = (queue: Envelope[]) => ({
    sendBatch: async (messages: { body: Envelope }[]) =>
      void queue.push(...messages.map(({ body }) => body)),
  });
  await resendDeadLetters(
    [
      { payload: sealEnvelope({ kind: "post", post: post(1, { trace: TRACE }), again: false }) },
      {
        payload: sealEnvelope({
          kind: "mention",
          mention: mention(2, { trace: TRACE }),
          again: false,
        }),
      },
      { payload: sealEnvelope({ kind: "delivery", id: 3, channelId: 1 }) },
      { payload: "garbage" },
    ],
    {
      posts: into(sent.posts),
      mentions: into(sent.mentions),
      wakeSweeper: async () => void sent.woken++,
    },
  );
  expect(sent).toMatchObject({
    posts: [{ kind: "post", again: true, post: { id: "1", trace: TRACE } }],
    mentions: [{ kind: "mention", mention: { postId: "2", trace: TRACE } }],
    woken: 1,
  });
});
