import { iso } from "../src/kit/time.ts";
import { RETAINED, type RetentionStore } from "../src/store/store.ts";
import type { Ground } from "./ports.ts";

const DAY = 86_400_000;
/** Events go with their evidence and posts: more of them might outlast the deadline of a statement. */
const BATCH = 500;
/** What a day does not come to, the next one does: there is room for a million rows of each kind. */
const BATCHES = 2_000;

export type Retained = (typeof RETAINED)[number];
export type RetentionDays = Record<Retained, number>;
export type RetentionPorts = Pick<Ground, "now" | "log"> & { store: RetentionStore; days: RetentionDays };

/** What is deleted in this hour of the day (UTC): each kind has one of its own, so that a database in which nothing happens is woken once for it. */
export const retainedIn = (hour: number): Retained | undefined =>
  RETAINED.find((_, n) => Math.floor(((n + 0.5) * 24) / RETAINED.length) === hour);

/** Deletes what is older than its days, in bounded batches; 0 days keeps it for ever. A tick that dies half-way has deleted whole batches. */
export async function retain(what: Retained, { now, log, store, days }: RetentionPorts): Promise<void> {
  if (days[what] === 0) return;
  const before = iso(now() - days[what] * DAY);
  let gone = 0;
  for (let batch = 0, last = BATCH; batch < BATCHES && last === BATCH; batch++) {
    last = await store.forget(what, before, BATCH);
    gone += last;
  }
  if (gone > 0) log({ stage: "retention", outcome: "deleted", reason: what, count: gone });
}
