import { dailyEnd, dayEnd } from "../kit/daily-interval.ts";
import { localWeekday, minutesOf, WEEKDAYS, type Weekday } from "../kit/wall-clock.ts";
import type { MuteInterval } from "./document.ts";

/** Named times at which messages wait. */
export type MuteTimes = Readonly<Record<string, readonly MuteInterval[]>>;

type Muted = { name: string; until: number };

/** Intervals that follow each other are one; so many of them at most, lest it never ends. */
const MOST_JOINED = 14;

/** When the mute times of these names that contain `now` end; null outside them. */
export function mutedUntil(names: readonly string[], times: MuteTimes, now: number): Muted | null {
  let found = null as Muted | null;
  for (let joined = 0; joined < MOST_JOINED; joined++) {
    const next = longest(names, times, found?.until ?? now);
    if (next === null) return found;
    found = next;
  }
  return found;
}

const WEEK = 7 * 86_400_000;
/** A Monday; between the changes of summer time. */
const A_MONDAY = Date.parse("2026-01-05T00:00:00Z");

/** Whether there is no moment of a week at which a message could be sent. */
export function coversWeek(names: readonly string[], times: MuteTimes): boolean {
  let at = A_MONDAY;
  while (at < A_MONDAY + WEEK) {
    const muted = longest(names, times, at);
    if (muted === null) return false;
    at = muted.until;
  }
  return true;
}

function longest(names: readonly string[], times: MuteTimes, now: number): Muted | null {
  let found: Muted | null = null;
  for (const name of names)
    for (const interval of (Object.hasOwn(times, name) ? times[name] : null) ?? []) {
      const until = intervalEnd(interval, now);
      if (until !== null && (found === null || until > found.until)) found = { name, until };
    }
  return found;
}

function intervalEnd({ weekdays, from, to, zone }: MuteInterval, now: number): number | null {
  const whole = from === undefined || to === undefined;
  const end = whole ? dayEnd(zone, now) : dailyEnd({ from, to, zone }, now);
  if (end === null || weekdays === undefined) return end;
  const today = localWeekday(now, zone);
  if (today === null) return null;
  const overnight = !whole && (minutesOf(to) ?? 0) < (minutesOf(from) ?? 0);
  const afterMidnight = overnight && localWeekday(end, zone) === today;
  return weekdays.includes(afterMidnight ? dayBefore(today) : today) ? end : null;
}

const dayBefore = (day: Weekday): Weekday =>
  WEEKDAYS[(WEEKDAYS.indexOf(day) + WEEKDAYS.length - 1) % WEEKDAYS.length] ?? day;
