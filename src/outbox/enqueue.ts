import { type SendQueue, sendMessages } from "../intake/queue-batches.ts";
import { sealEnvelope } from "../model/envelope.ts";
import type { DueDelivery } from "../store/outbox.ts";

export type DeliveryQueue = { deliveries: SendQueue };
export type DeliveryCalls = DeliveryQueue & {
  /**
   * Attempts a delivery through its channel's object. Resolves soon, also when the target hangs;
   * throws when the object could not be reached or could not attempt it.
   */
  deliver(channelId: number, id: number): Promise<void>;
  /** Keeps the invocation alive for work that nobody waits for. */
  defer(work: Promise<unknown>): void;
};
type Due = Omit<DueDelivery, "eventKey">;

/** A commit with more deliveries hands them to the queue, which spreads them over invocations. */
const MOST_CALLS = 20;

/** Throws when the queue refused some, after all others were sent. */
export async function enqueueDeliveries(
  due: readonly Due[],
  { deliveries }: DeliveryQueue,
): Promise<void> {
  const messages = due.map(({ id, channelId }) =>
    sealEnvelope({ kind: "delivery", id, channelId }),
  );
  const { refused, error } = await sendMessages(messages, deliveries);
  if (refused.length > 0) throw error;
}

/**
 * Hands the deliveries of a commit to the objects of their channels without waiting for them, and
 * those that fail to the queue. Calls save the time and the price of the queue.
 * @param onRefused what the queue refused as well, which the sweeper will find
 */
export async function callOrEnqueue(
  due: readonly Due[],
  ports: DeliveryCalls,
  onRefused: (error: unknown) => void,
): Promise<void> {
  const enqueue = (rows: readonly Due[]) => enqueueDeliveries(rows, ports).catch(onRefused);
  if (due.length > MOST_CALLS) return enqueue(due);
  for (const row of due)
    ports.defer(ports.deliver(row.channelId, row.id).catch(() => enqueue([row])));
}
