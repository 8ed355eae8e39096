import type { RuntimePorts } from "../observability/runtime.ts";
import { type QueueBatch, retryDelay } from "./batch.ts";
import type { BuryPorts } from "./dead-letters.ts";
import { openMessages } from "./open.ts";

export type DeliveriesPorts = RuntimePorts &
  BuryPorts & {
    /**
     * Attempts one delivery through its channel's object; throws only when the attempt could not be
     * made.
     */
    deliver(channelId: number, deliveryId: number): Promise<void>;
  };

/**
 * deliveries: the row in push_outbox is the authority. Whatever happens to the message, the sweeper
 * sends what is open and due.
 */
export async function consumeDeliveries(batch: QueueBatch, ports: DeliveriesPorts): Promise<void> {
  const opened = await openMessages(batch, "delivery", ports);
  await Promise.all(
    opened.map(async ({ message, body }) => {
      try {
        await ports.deliver(body.channelId, body.id);
        message.ack();
      } catch (error) {
        ports.log({
          stage: "queue.deliveries",
          level: "warn",
          outcome: "retry",
          reason: String(error),
        });
        message.retry({ delaySeconds: retryDelay(message.attempts) });
      }
    }),
  );
}
