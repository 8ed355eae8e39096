import { iso } from "../kit/time.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { RETAINED, type RetentionResult, type RetentionStore } from "../store/retention.ts";

const DAY = 86_400_000;
/**
 * Events go with their evidence and posts: more of them might outlast the deadline of a statement.
 */
const BATCH = 500;
/**
 * What a day does not come to, the next one does: there is room for a million rows of each kind.
 */
const BATCHES = 2_000;

export type RetentionDays = Record<RetentionResult, number>;
export type RetentionPorts = Pick<RuntimePorts, "log"> & { store: RetentionStore };

/** What is deleted in this hour of the day (UTC): each kind has one of its own. */
export const retainedIn = (hour: number): RetentionResult | undefined =>
  RETAINED.find((_, n) => Math.floor(((n + 0.5) * 24) / RETAINED.length) === hour);

/** Before when a row is too old to keep; undefined for 0 days, which is for ever. */
export const oldFrom = (days: number, now: number): string | undefined =>
  days === 0 ? undefined : iso(now - days * DAY);

/**
 * Deletes what is older, in bounded batches. A tick that dies half-way has deleted whole batches.
 */
export async function deleteExpired(
  { what, before }: { what: RetentionResult; before: string },
  { log, store }: RetentionPorts,
): Promise<void> {
  let gone = 0;
  for (let batch = 0, last = BATCH; batch < BATCHES && last === BATCH; batch++) {
    last = await store.deleteExpired(what, before, BATCH);
    gone += last;
  }
  if (gone > 0) log({ stage: "retention", outcome: "deleted", reason: what, count: gone });
}
