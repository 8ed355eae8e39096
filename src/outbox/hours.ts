import type { ChannelConfig, ChannelFilter } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;

/** "22:30" -> 1350. */
function minutesOf(clock: string): number | null {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(clock) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** Minutes since local midnight; null for a zone that does not exist. */
function localMinutes(now: number, zone: string): number | null {
  try {
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return minutesOf(clock.format(now));
  } catch {
    return null;
  }
}

export type QuietHours = NonNullable<ChannelFilter["quietHours"]>;

/** What is wrong with quiet hours as a user gave them; null when nothing is. */
export function quietHoursProblem({ from, to, zone }: QuietHours): string | null {
  if (minutesOf(from) === null || minutesOf(to) === null) return "from and to are times such as 22:00";
  if (from === to) return "from and to are the same: that would be silence for ever";
  return localMinutes(0, zone) === null ? `${zone} is no time zone; use a name such as Europe/Berlin` : null;
}

/**
 * When the quiet hours that hold `now` end; null outside them. Reckoned in whole local minutes from now, then moved on until the local clock has
 * left the quiet hours, so that a night in which the clocks change ends when the wall clock says so.
 */
export function quietUntil(quiet: QuietHours, now: number): number | null {
  const left = (at: number): number | null => minutesLeft(quiet, at);
  const first = left(now);
  if (first === null) return null;
  const end = Math.floor(now / MINUTE) * MINUTE + first * MINUTE;
  const more = left(end);
  return more === null || more > 120 ? end : end + more * MINUTE;
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
export function digestEnd(minutes: number, now: number): number {
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
