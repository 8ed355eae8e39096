import { iso } from "../src/kit/time.ts";
import { RETAINED, type RetentionStore } from "../src/store/store.ts";
import type { Ground } from "./ports.ts";

const DAY = 86_400_000;
const BATCH = 2_000;
/** What a tick does not come to, the next one does: an hour has room for 100,000 rows of each kind. */
const BATCHES = 50;

export type RetentionDays = Record<(typeof RETAINED)[number], number>;
export type RetentionPorts = Pick<Ground, "now" | "log"> & { store: RetentionStore; days: RetentionDays };

/** Deletes what is older than its days, in bounded batches; 0 days keeps it for ever. A tick that dies half-way has deleted whole batches. */
export async function retain({ now, log, store, days }: RetentionPorts): Promise<void> {
  for (const what of RETAINED) {
    if (days[what] === 0) continue;
    const before = iso(now() - days[what] * DAY);
    let gone = 0;
    for (let batch = 0, last = BATCH; batch < BATCHES && last === BATCH; batch++) {
      last = await store.forget(what, before, BATCH);
      gone += last;
    }
    if (gone > 0) log({ stage: "retention", outcome: "deleted", reason: what, count: gone });
  }
}
