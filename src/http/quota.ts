/** The amount spent on one UTC day, in the provider's own unit (posts, bytes, cents). */
export type QuotaUsage = { day: string; used: number };
export const UNSPENT: QuotaUsage = { day: "", used: 0 };

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);
const today = (spending: QuotaUsage, now: number): QuotaUsage =>
  spending.day === dayOf(now) ? spending : { day: dayOf(now), used: 0 };

export const quotaLeft = (spending: QuotaUsage, limit: number, now: number): number =>
  Math.max(0, limit - today(spending, now).used);

/**
 * Takes up to `want` from the rest of today's budget, or nothing when less than `atLeast` is left.
 * It is taken before the call and settled after it, so that neither simultaneous calls nor a call
 * that dies can exceed the limit.
 */
export function takeQuota(
  spending: QuotaUsage,
  { want, atLeast }: { want: number; atLeast: number },
  limit: number,
  now: number,
): { taken: number; spending: QuotaUsage } {
  const current = today(spending, now);
  const taken = Math.min(want, quotaLeft(current, limit, now));
  if (taken < atLeast) return { taken: 0, spending: current };
  return { taken, spending: { ...current, used: current.used + taken } };
}

/** Replaces the amount taken by the real cost, unless it was taken on an earlier day. */
export function settleQuota(
  spending: QuotaUsage,
  taken: number,
  spent: number,
  day: string,
): QuotaUsage {
  return spending.day === day
    ? { ...spending, used: Math.max(0, spending.used - taken + spent) }
    : spending;
}
