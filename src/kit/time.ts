/**
 * Milliseconds since the epoch. Wall time enters in workers/compose only; tests and the simulator
 * pass their own clock.
 */
export type Clock = () => number;

/** 0 <= value < 1. */
export type Random = () => number;

const YEAR_2000 = Date.UTC(2000, 0, 1);

/**
 * A time that a service reported, as ISO 8601. A value that is not a number, lies
 * before 2000 or ahead of our clock becomes now.
 */
export const clampToNow = (ms: number, now: number): string =>
  iso(ms >= YEAR_2000 && ms <= now ? ms : now);

export const iso = (ms: number): string => new Date(ms).toISOString();

/** Resolves after `ms`: real time in the Worker, virtual time in the simulator. */
export type SleepFor = (ms: number) => Promise<void>;
