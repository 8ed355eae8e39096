import { iso } from "../kit/time.ts";
import type { DueDelivery, OutboxStore } from "../store/store.ts";

export type OutboxSweep = {
  store: Pick<OutboxStore, "due" | "nextDue">;
  enqueue(due: readonly DueDelivery[]): Promise<unknown>;
  /**
   * When each row was last sent to the queue by the sweeps of this object, in milliseconds. Kept by
   * the caller, pruned here.
   */
  sentAt: Map<number, number>;
};

/**
 * Of each channel at a time, so that one which hangs holds up no other, and fewer than its object
 * has room for.
 */
const OF_EACH = 100;
/**
 * A row that is in the queue is left to it this long before it is sent again: its message may be
 * lost.
 */
const TRUST_QUEUE_MS = 120_000;
/**
 * While due rows are on their way, look again this soon, and sooner while others of a channel may
 * wait to take their place.
 */
const LOOK_AGAIN_MS = 15_000;
const MORE_MS = 1_000;

/**
 * Sends to the queue what is due and not on its way, and answers when to look again: null when no
 * row is open, so that an idle system asks the database nothing. One query when nothing is due.
 * Whatever it sends twice is harmless: the lease lets one attempt through.
 */
export async function sweepOutbox(
  { store, enqueue, sentAt }: OutboxSweep,
  now: number,
): Promise<{ sent: number; next: number | null }> {
  const earliest = await store.nextDue();
  if (earliest === null) return { sent: 0, next: null };
  if (Date.parse(earliest) > now) return { sent: 0, next: Date.parse(earliest) };
  for (const [id, at] of sentAt) if (at <= now - TRUST_QUEUE_MS) sentAt.delete(id);
  const due = await store.due(iso(now), OF_EACH);
  // One that fell due after it was sent has been tried since: its message is no longer on its way.
  const fresh = due.filter(({ id, since }) => (sentAt.get(id) ?? 0) < Date.parse(since));
  if (fresh.length > 0) await enqueue(fresh);
  for (const { id } of fresh) sentAt.set(id, now);
  const more = [...Map.groupBy(due, ({ channelId }) => channelId).values()].some(
    (rows) => rows.length === OF_EACH,
  );
  return { sent: fresh.length, next: now + (more && fresh.length > 0 ? MORE_MS : LOOK_AGAIN_MS) };
}
