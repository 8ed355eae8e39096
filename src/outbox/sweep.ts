import { iso } from "../kit/time.ts";
import type { DueDelivery, OutboxStore } from "../store/outbox.ts";

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
 * Rows of one channel that a sweep sends to the queue, so that a channel which hangs delays no
 * other. Fewer than a channel's actor holds.
 */
const DUE_PER_CHANNEL = 100;
/** How long a row that was sent to the queue is left to it: its message may be lost. */
const TRUST_QUEUE_MS = 120_000;
/** The next sweep while due rows are in the queue, and while a channel has more of them. */
const SWEEP_AGAIN_MS = 15_000;
const SWEEP_MORE_MS = 1_000;

/**
 * Sends due rows to the queue, except those that are on their way, and answers when to sweep again:
 * null when no row is open, so that an idle system sends no query. It needs one query when nothing
 * is due. Sending a row twice is harmless: its lease lets one attempt through.
 */
export async function sweepOutbox(
  { store, enqueue, sentAt }: OutboxSweep,
  now: number,
): Promise<{ sent: number; next: number | null }> {
  const earliest = await store.nextDue();
  if (earliest === null) return { sent: 0, next: null };
  if (Date.parse(earliest) > now) return { sent: 0, next: Date.parse(earliest) };
  for (const [id, at] of sentAt) if (at <= now - TRUST_QUEUE_MS) sentAt.delete(id);
  const due = await store.due(iso(now), DUE_PER_CHANNEL);
  // A row that fell due after it was sent to the queue has been tried since.
  const fresh = due.filter(({ id, since }) => (sentAt.get(id) ?? 0) < Date.parse(since));
  if (fresh.length > 0) await enqueue(fresh);
  for (const { id } of fresh) sentAt.set(id, now);
  const more = [...Map.groupBy(due, ({ channelId }) => channelId).values()].some(
    (rows) => rows.length === DUE_PER_CHANNEL,
  );
  return {
    sent: fresh.length,
    next: now + (more && fresh.length > 0 ? SWEEP_MORE_MS : SWEEP_AGAIN_MS),
  };
}
