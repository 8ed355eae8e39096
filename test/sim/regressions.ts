/**
 * Commands of seeds that failed once, each with the commit that fixed it. A new one is added by
 * pasting what the failing run printed.
 */
export const REGRESSIONS: readonly string[] = [
  // Five deliveries waited for older ones and kept all the turns, so that the older ones never had
  // theirs.
  "--seed 197 --posts 100 --posts-seed 4 --faults all=0.05",
];
