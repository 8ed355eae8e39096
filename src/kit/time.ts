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

const DAY_MS = 86_400_000;

/** The day in UTC, as `2026-01-15`. */
export const utcDay = (ms: number): string => iso(ms).slice(0, 10);

/** When the next day in UTC begins. */
export const nextUtcDay = (ms: number): number => (Math.floor(ms / DAY_MS) + 1) * DAY_MS;

/** Resolves after `ms`: real time in the Worker, virtual time in the simulator. */
export type SleepFor = (ms: number) => Promise<void>;
