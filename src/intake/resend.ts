import { type Envelope, openEnvelope, sealEnvelope } from "../model/envelope.ts";
import type { Mention } from "../model/mention.ts";
import { type SendQueue, sendMessages } from "./queue-batches.ts";

/** Hands mentions back to their queue, marked. Throws when it refuses some, after all were sent. */
export const returnMentions =
  (queue: SendQueue) =>
  async (mentions: readonly Mention[]): Promise<void> => {
    const messages = mentions.map((mention) =>
      sealEnvelope({ kind: "mention", mention, again: true }),
    );
    const { refused, error } = await sendMessages(messages, queue);
    if (refused.length > 0) throw error;
  };

export type ResendPorts = {
  posts: SendQueue;
  mentions: SendQueue;
  /** Asks the sweeper to look at the outbox at once. Never throws. */
  wakeSweeper(): Promise<void>;
};

/**
 * Sends the payloads of replayed dead letters back to the queue they came from. Posts go in as sent
 * again, past the mark in the dedup window; deliveries are due in the outbox already. Throws when a
 * queue refused some, after all others were sent.
 */
export async function resendDeadLetters(
  deadLetters: readonly { payload: unknown }[],
  ports: ResendPorts,
): Promise<void> {
  const posts: Envelope[] = [];
  const mentions: Envelope[] = [];
  for (const { payload } of deadLetters) {
    const post = openEnvelope(payload, "post");
    const mention = openEnvelope(payload, "mention");
    if (post.kind === "body") posts.push(sealEnvelope({ ...post.body, again: true }));
    else if (mention.kind === "body") mentions.push(sealEnvelope(mention.body));
  }
  const sent = [
    await sendMessages(posts, ports.posts),
    await sendMessages(mentions, ports.mentions),
  ];
  await ports.wakeSweeper();
  for (const { refused, error } of sent) if (refused.length > 0) throw error;
}
