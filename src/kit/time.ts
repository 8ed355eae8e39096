/**
 * Milliseconds since the epoch. The only place where wall time enters is workers/compose/shared.ts; tests and
 * the simulator pass their own.
 */
export type Clock = () => number;

/** 0 <= value < 1. */
export type Random = () => number;

const YEAR_2000 = Date.UTC(2000, 0, 1);

/**
 * A time by the word of another: what is none, lies before 2000 or ahead of our clock is told as
 * now.
 */
export const toldTime = (ms: number, now: number): string =>
  iso(ms >= YEAR_2000 && ms <= now ? ms : now);

export const iso = (ms: number): string => new Date(ms).toISOString();

/** Resolves after `ms`: real time in the Worker, virtual time in the simulator. */
export type SleepFor = (ms: number) => Promise<void>;
