/**
 * How often a service may be called: never more than `perMinute` in any 60 seconds, and at least
 * `gapMs` apart.
 */
export type CallPace = { perMinute: number; gapMs: number };

/**
 * Times of the calls of the last minute, oldest first: when each was answered, or when it may leave
 * (some lie ahead) while it is not.
 */
export type CallTimes = readonly number[];

const MINUTE = 60_000;

/** The earliest time at which one more call keeps the pace. */
export function nextSlot(grants: CallTimes, pace: CallPace, now: number): number {
  const last = grants.at(-1);
  const crowded = grants.at(-pace.perMinute);
  return Math.max(
    now,
    last === undefined ? 0 : last + pace.gapMs,
    grants.length < pace.perMinute || crowded === undefined ? 0 : crowded + MINUTE,
  );
}

/**
 * A call counts for its minute from its answer on: it reached the service between the two, at a
 * time that only the service knows.
 */
export const recordAnswer = (grants: CallTimes, slot: number, now: number): CallTimes => {
  const at = grants.indexOf(slot);
  return at < 0
    ? grants
    : [...grants.toSpliced(at, 1), Math.max(slot, now)].toSorted((a, b) => a - b);
};

/** The grants with one at `slot` added and those that no longer count left out. */
export const recordGrant = (grants: CallTimes, slot: number, now: number): CallTimes => [
  ...grants.filter((at) => at > now - MINUTE),
  slot,
];
