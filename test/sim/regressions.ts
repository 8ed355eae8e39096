/** Commands of seeds that failed once, each with the commit that mended it. A new one is added by pasting what the failing run printed. */
export const REGRESSIONS: readonly string[] = [];
