/** Milliseconds since the epoch. The only place where wall time enters is workers/wire.ts; tests and the simulator pass their own. */
export type Clock = () => number;

/** 0 <= value < 1. */
export type Random = () => number;

export const iso = (ms: number): string => new Date(ms).toISOString();
