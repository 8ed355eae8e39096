import { localMinutes, minutesOf } from "../kit/wall-clock.ts";
import type { ChannelConfig, ChannelFilter } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
type QuietHours = NonNullable<ChannelFilter["quietHours"]>;

/**
 * When the quiet hours that contain `now` end; null outside them. Counted by the local clock, also
 * in a night in which the clocks change.
 */
export function quietUntil({ from, to, zone }: QuietHours, now: number): number | null {
  const start = minutesOf(from);
  const end = minutesOf(to);
  const local = localMinutes(now, zone);
  if (start === null || end === null || local === null || start === end) return null;
  const inside = start < end ? local >= start && local < end : local >= start || local < end;
  if (!inside) return null;
  const planned =
    Math.floor(now / MINUTE) * MINUTE + ((end - local + DAY_MINUTES) % DAY_MINUTES) * MINUTE;
  const off = ((localMinutes(planned, zone) ?? end) - end + DAY_MINUTES) % DAY_MINUTES;
  const corrected = planned - (off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off) * MINUTE;
  // When the clocks skip the end, the corrected time would still lie in the quiet hours.
  return localMinutes(corrected, zone) === end ? corrected : planned;
}

/** End of the digest window that contains `now`. Windows follow each other from 1970-01-01 UTC. */
function digestEnd(minutes: number, now: number): number {
  const length = minutes * MINUTE;
  return (Math.floor(now / length) + 1) * length;
}

/** The earliest time at which a notification made at `now` may be sent; null = at once. */
export function heldUntil(
  filter: Pick<ChannelFilter, "quietHours" | "digestMinutes">,
  now: number,
): number | null {
  const due = filter.digestMinutes > 0 ? digestEnd(filter.digestMinutes, now) : now;
  const awake = filter.quietHours ? quietUntil(filter.quietHours, due) : null;
  return awake ?? (due > now ? due : null);
}

/** When a delivery could first have been sent: quiet hours and digests do not count as age. */
export function dueSince(
  { createdAt }: Pick<Delivery, "createdAt">,
  { filter }: Pick<ChannelConfig, "filter">,
): number {
  const created = Date.parse(createdAt);
  return heldUntil(filter, created) ?? created;
}
