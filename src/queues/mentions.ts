import type { SettlePorts } from "../intake/settle-posts.ts";
import { rekeyed } from "../model/mention.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { type QueueBatch, retryDelay } from "./batch.ts";
import type { BuryPorts } from "./dead-letters.ts";
import { openMessages } from "./open.ts";

export type MentionsPorts = RuntimePorts & BuryPorts & Pick<SettlePorts, "addMentions">;

/**
 * mentions: one call to the object of each event_key with all of its mentions; a key that fails
 * retries alone. Mentions that failed before are not held: only a commit acks them, so that their
 * retries come to an end.
 */
export async function consumeMentions(batch: QueueBatch, ports: MentionsPorts): Promise<void> {
  const opened = await openMessages(batch, "mention", ports);
  const current = opened.map((item) => ({ ...item, mention: rekeyed(item.body.mention) }));
  const byKey = Map.groupBy(current, ({ mention }) => mention.eventKey);
  await Promise.all(
    [...byKey].map(async ([eventKey, items]) => {
      try {
        await ports.addMentions(
          eventKey,
          items.map(({ mention }) => mention),
          items.every(({ message, body }) => message.attempts === 1 && !body.again),
        );
        for (const { message } of items) message.ack();
      } catch (error) {
        ports.log({
          stage: "queue.mentions",
          level: "warn",
          eventKey,
          outcome: "retry",
          reason: String(error),
        });
        for (const { message } of items)
          message.retry({ delaySeconds: retryDelay(message.attempts) });
      }
    }),
  );
}
