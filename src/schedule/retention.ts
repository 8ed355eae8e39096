import { iso } from "../kit/time.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import {
  type OldRows,
  RETAINED,
  type RetentionResult,
  type RetentionStore,
} from "../store/retention.ts";

const DAY = 86_400_000;

/**
 * Rows a statement. Events go with their evidence and posts: more of them might outlast the
 * deadline of a statement.
 */
const BATCH: Record<RetentionResult, number> = {
  deadLetters: 2_000,
  posts: 5_000,
  events: 500,
  deliveries: 2_000,
  history: 5_000,
  features: 5_000,
};
/** The platform ends a cron after fifteen minutes. What an hour does not come to, the next does. */
const MOST_MS = 12 * 60_000;
/** The platform allows ten thousand calls, for all of the tick. */
const MOST_BATCHES = 9_000;

export type RetentionDays = Record<RetentionResult, number>;
export type RetentionPorts = Pick<RuntimePorts, "log" | "now"> & { store: RetentionStore };

/** Before when rows of each kind are too old to keep; kinds with 0 days are kept for ever. */
export const oldFrom = (days: RetentionDays, now: number): OldRows[] =>
  RETAINED.filter((what) => days[what] > 0).map((what) => ({
    what,
    before: iso(now - days[what] * DAY),
  }));

/**
 * Deletes what is older, in bounded batches: each kind until none is left, or its share of the time
 * is over, so that none starves another. A tick that dies half-way has deleted whole batches.
 */
export async function deleteExpired(old: OldRows[], ports: RetentionPorts): Promise<void> {
  const { now, log, store } = ports;
  const end = now() + MOST_MS;
  for (const [n, { what, before }] of old.entries()) {
    const until = now() + (end - now()) / (old.length - n);
    const most = MOST_BATCHES / old.length;
    let gone = 0;
    for (let batch = 0, last = BATCH[what]; batch < most && last === BATCH[what]; batch++) {
      if (now() > until) break;
      last = await store.deleteExpired(what, before, BATCH[what]);
      gone += last;
    }
    if (gone > 0) log({ stage: "retention", outcome: "deleted", reason: what, count: gone });
  }
}
