import { iso } from "../kit/time.ts";
import type { DueDelivery, OutboxStore } from "../store/store.ts";

export type OutboxSweep = {
  store: Pick<OutboxStore, "due" | "nextDue">;
  enqueue(due: readonly DueDelivery[]): Promise<unknown>;
  /** When each row was last sent to the queue by the sweeps of this object, in milliseconds. Kept by the caller, pruned here. */
  sentAt: Map<number, number>;
};

const BATCH = 500;
/** A row that is in the queue is left to it this long before it is sent again: its message may be lost. */
const TRUST_QUEUE_MS = 120_000;
/** While due rows are on their way, look again this soon. */
const LOOK_AGAIN_MS = 15_000;

/**
 * Sends to the queue what is due and not on its way, and answers when to look again: null when no row is open, so that an idle system asks the
 * database nothing. One query when nothing is due. Whatever it sends twice is harmless: the lease lets one attempt through.
 */
export async function sweep(
  { store, enqueue, sentAt }: OutboxSweep,
  now: number,
): Promise<{ sent: number; next: number | null }> {
  const earliest = await store.nextDue();
  if (earliest === null) return { sent: 0, next: null };
  if (Date.parse(earliest) > now) return { sent: 0, next: Date.parse(earliest) };
  for (const [id, at] of sentAt) if (at <= now - TRUST_QUEUE_MS) sentAt.delete(id);
  const due = await store.due(iso(now), BATCH + sentAt.size);
  const fresh = due.filter(({ id }) => !sentAt.has(id)).slice(0, BATCH);
  if (fresh.length > 0) await enqueue(fresh);
  for (const { id } of fresh) sentAt.set(id, now);
  return { sent: fresh.length, next: now + LOOK_AGAIN_MS };
}
