import { dailyEnd } from "../kit/daily-interval.ts";
import type { ChannelConfig, ChannelFilter } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";

const MINUTE = 60_000;

/** End of the digest window that contains `now`. Windows follow each other from 1970-01-01 UTC. */
export const windowEnd = (length: number, now: number): number =>
  (Math.floor(now / length) + 1) * length;

/** The earliest time at which a notification made at `now` may be sent; null = at once. */
export function heldUntil(
  filter: Pick<ChannelFilter, "quietHours" | "digestMinutes">,
  now: number,
): number | null {
  const due = filter.digestMinutes > 0 ? windowEnd(filter.digestMinutes * MINUTE, now) : now;
  const awake = filter.quietHours ? dailyEnd(filter.quietHours, due) : null;
  return awake ?? (due > now ? due : null);
}

/**
 * When a delivery could first have been sent: what held it back does not count as age. Of a group
 * with group_wait that is the latest time at which its turn may come.
 */
export function dueSince(
  { createdAt, payload }: Pick<Delivery, "createdAt"> & { payload?: Delivery["payload"] },
  { filter }: Pick<ChannelConfig, "filter">,
): number {
  const created = Date.parse(createdAt);
  const due = heldUntil(filter, created) ?? created;
  const { dueAt, groupMs = 0 } = payload?.routing ?? {};
  return (dueAt ? Math.max(due, Date.parse(dueAt)) : due) + groupMs;
}
