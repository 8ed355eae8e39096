import { type SendQueue, sendMessages } from "../intake/queue-batches.ts";
import { sealEnvelope } from "../model/envelope.ts";
import type { DueDelivery } from "../store/outbox.ts";

export type DeliveryQueue = { deliveries: SendQueue };

/** Throws when the queue refused some, after all others were sent. */
export async function enqueueDeliveries(
  due: readonly Omit<DueDelivery, "eventKey">[],
  { deliveries }: DeliveryQueue,
): Promise<void> {
  const messages = due.map(({ id, channelId }) =>
    sealEnvelope({ kind: "delivery", id, channelId }),
  );
  const { refused, error } = await sendMessages(messages, deliveries);
  if (refused.length > 0) throw error;
}
