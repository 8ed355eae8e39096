/** Dollars for a million of them beyond what the paid plan includes (docs/cost.md has the sources). */
export const PER_MILLION = { requests: 0.3, points: 0.25 } as const;
