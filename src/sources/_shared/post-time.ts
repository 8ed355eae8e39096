import { iso } from "../../kit/time.ts";
import type { LooseTime } from "./loose-time.ts";

const YEAR_2000 = Date.UTC(2000, 0, 1);
const YEAR_2100 = Date.UTC(2100, 0, 1);
const DAY_MS = 86_400_000;
const CLOCK_SKEW_MS = 300_000;

/** How far ahead of our clock the time of a post may lie before the post is left out. */
export const isFarAhead = (ms: number, now: number): boolean => ms > now + DAY_MS;

/** The fields of a post that say when it was posted (docs/api.md). */
export type PostTime = { posted_at: string; time_guessed?: true };

const guessed = (ms: number): PostTime => ({ posted_at: iso(ms), time_guessed: true });

/**
 * When a post was posted, by a time that its source stated: milliseconds or a time that was read
 * loosely. Without one it is `fallback`, marked as guessed. A time ahead of our clock becomes now,
 * but for one that is more than a day ahead: it stays, and the poll leaves the post out.
 */
export function postTime(
  stated: number | LooseTime | null | undefined,
  now: number,
  fallback = now,
): PostTime {
  const { at, certain } =
    typeof stated === "object" && stated !== null ? stated : { at: stated ?? NaN, certain: true };
  if (Number.isNaN(at) || at === 0) return guessed(fallback);
  if (isFarAhead(at, now)) return { posted_at: iso(Math.min(at, YEAR_2100 - 1)) };
  if (at > now) return at > now + CLOCK_SKEW_MS ? guessed(now) : { posted_at: iso(now) };
  if (at < YEAR_2000) return guessed(YEAR_2000);
  return certain ? { posted_at: iso(at) } : guessed(at);
}
