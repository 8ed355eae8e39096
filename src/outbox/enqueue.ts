import { queueBatches, type SendQueue } from "../intake/queue-batches.ts";
import { sealEnvelope } from "../model/envelope.ts";
import type { DueDelivery } from "../store/index.ts";

export type DeliveryQueue = {
  deliveries: SendQueue;
  /** The trace of each message. */
  uuid(): string;
};

/** Throws when the queue refuses. */
export async function enqueueDeliveries(
  due: readonly Omit<DueDelivery, "eventKey">[],
  { deliveries, uuid }: DeliveryQueue,
): Promise<void> {
  const messages = due.map(({ id, channelId }) =>
    sealEnvelope({ kind: "delivery", id, channelId }, uuid()),
  );
  for (const some of queueBatches(messages))
    await deliveries.sendBatch(some.map((body) => ({ body })));
}
