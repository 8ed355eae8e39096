/** What was spent on one UTC day, in the provider's own unit (posts, bytes, cents). */
export type Spending = { day: string; used: number };
export const UNSPENT: Spending = { day: "", used: 0 };

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);
const today = (spending: Spending, now: number): Spending =>
  spending.day === dayOf(now) ? spending : { day: dayOf(now), used: 0 };

export const left = (spending: Spending, limit: number, now: number): number =>
  Math.max(0, limit - today(spending, now).used);

/**
 * Takes up to `want` from what is left of today, or nothing when less than `atLeast` is left. Taken
 * before the call and given back after it, so that calls at once, or one that dies, never spend
 * more than the limit.
 */
export function take(
  spending: Spending,
  { want, atLeast }: { want: number; atLeast: number },
  limit: number,
  now: number,
): { taken: number; spending: Spending } {
  const current = today(spending, now);
  const taken = Math.min(want, left(current, limit, now));
  if (taken < atLeast) return { taken: 0, spending: current };
  return { taken, spending: { ...current, used: current.used + taken } };
}

/**
 * Puts the real cost in the place of what was taken. What was taken on an earlier day stays with
 * that day.
 */
export function settle(spending: Spending, taken: number, spent: number, day: string): Spending {
  return spending.day === day
    ? { ...spending, used: Math.max(0, spending.used - taken + spent) }
    : spending;
}
