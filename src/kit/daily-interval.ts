import { localMinutes, minutesOf } from "./wall-clock.ts";

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;

/** Local wall-clock times, such as {from: "22:00", to: "07:00", zone: "Europe/Berlin"}. */
export type DailyInterval = { from: string; to: string; zone: string };

/**
 * When the interval that contains `now` ends; null outside it. Counted by the local clock, also in
 * a night in which the clocks change. An interval that ends when it begins contains nothing.
 */
export function dailyEnd({ from, to, zone }: DailyInterval, now: number): number | null {
  const start = minutesOf(from);
  const end = minutesOf(to);
  const local = localMinutes(now, zone);
  if (start === null || end === null || local === null || start === end) return null;
  const inside = start < end ? local >= start && local < end : local >= start || local < end;
  return inside ? nextLocal(end, local, zone, now) : null;
}

/** The next local midnight; null for a zone that does not exist. */
export function dayEnd(zone: string, now: number): number | null {
  const local = localMinutes(now, zone);
  return local === null ? null : nextLocal(0, local, zone, now);
}

/** When the clock next shows `end`, by what it shows now. */
function nextLocal(end: number, local: number, zone: string, now: number): number {
  const ahead = (end - local + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  const planned = Math.floor(now / MINUTE) * MINUTE + ahead * MINUTE;
  const off = ((localMinutes(planned, zone) ?? end) - end + DAY_MINUTES) % DAY_MINUTES;
  const corrected = planned - (off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off) * MINUTE;
  // When the clocks skip the end, the corrected time would still lie in the interval.
  return localMinutes(corrected, zone) === end ? corrected : planned;
}
