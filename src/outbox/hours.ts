import { localMinutes, minutesOf } from "../kit/wall-clock.ts";
import type { ChannelConfig, ChannelFilter } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
/** The most that a change of the clocks can leave over. */
const CLOCK_CHANGE_MINUTES = 120;

type QuietHours = NonNullable<ChannelFilter["quietHours"]>;

/**
 * When the quiet hours that hold `now` end; null outside them. Reckoned in local minutes from now, then once more from there, so that a night in
 * which the clocks change ends when the wall clock says so.
 */
export function quietUntil(quiet: QuietHours, now: number): number | null {
  const first = minutesLeft(quiet, now);
  if (first === null) return null;
  const end = Math.floor(now / MINUTE) * MINUTE + first * MINUTE;
  const more = minutesLeft(quiet, end);
  return more === null || more > CLOCK_CHANGE_MINUTES ? end : end + more * MINUTE;
}

function minutesLeft({ from, to, zone }: QuietHours, at: number): number | null {
  const start = minutesOf(from);
  const end = minutesOf(to);
  const local = localMinutes(at, zone);
  if (start === null || end === null || local === null || start === end) return null;
  const inside = start < end ? local >= start && local < end : local >= start || local < end;
  return inside ? (end - local + DAY_MINUTES) % DAY_MINUTES : null;
}

/** End of the digest window that holds `now`; windows are laid end to end from midnight UTC of 1970. */
function digestEnd(minutes: number, now: number): number {
  const length = minutes * MINUTE;
  return (Math.floor(now / length) + 1) * length;
}

/** The earliest time at which a notification made at `now` may be sent; null: at once. */
export function heldUntil(filter: Pick<ChannelFilter, "quietHours" | "digestMinutes">, now: number): number | null {
  const due = filter.digestMinutes > 0 ? digestEnd(filter.digestMinutes, now) : now;
  const awake = filter.quietHours ? quietUntil(filter.quietHours, due) : null;
  return awake ?? (due > now ? due : null);
}

/** When a delivery first could have been sent: quiet hours and digests are not held against its age. */
export function dueSince({ createdAt }: Pick<Delivery, "createdAt">, { filter }: Pick<ChannelConfig, "filter">): number {
  const created = Date.parse(createdAt);
  return heldUntil(filter, created) ?? created;
}
