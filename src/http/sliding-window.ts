/**
 * How often a service may be called: never more than `perMinute` in any 60 seconds, and at least
 * `gapMs` apart.
 */
export type CallPace = { perMinute: number; gapMs: number };

/**
 * Times (ms) of the calls of the last minute, oldest first. A call's time is that of its answer;
 * until then it is the time at which the call may start, which may lie ahead.
 */
export type CallTimes = readonly number[];

const MINUTE = 60_000;

/** The earliest time at which one more call keeps within the limits. */
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
 * Moves a call to the time of its answer: it reached the service between its start and its answer,
 * at a time that only the service knows.
 */
export const recordAnswer = (grants: CallTimes, slot: number, now: number): CallTimes => {
  const at = grants.indexOf(slot);
  return at < 0
    ? grants
    : [...grants.toSpliced(at, 1), Math.max(slot, now)].toSorted((a, b) => a - b);
};

/** Adds a call at `slot`, and drops calls older than a minute. */
export const recordGrant = (grants: CallTimes, slot: number, now: number): CallTimes => [
  ...grants.filter((at) => at > now - MINUTE),
  slot,
];
