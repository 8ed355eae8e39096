/** What one scoring may spend: a pattern spends a step for each of its alternatives a character. */
const SCORING_STEPS = 250_000;
/** A text that is joined or matched may have this many characters. */
const MAX_TEXT_LENGTH = 10_000;

/**
 * What is left to the scoring that runs. Scoring waits for nothing, so no other one can come
 * between.
 */
let left = SCORING_STEPS;
let together = Number.POSITIVE_INFINITY;

/** Begins a scoring. Its rules share the budget: what comes after it is spent fails. */
export function freshBudget(): void {
  left = Math.min(SCORING_STEPS, together);
}

/** Throws when the scoring has spent its budget. */
export function spendSteps(steps: number): void {
  left -= steps;
  together -= steps;
  if (left < 0) throw new RangeError("took too many steps: shorten its patterns and lists");
}

/** Runs many scorings that share `steps`. */
export function withSharedBudget<T>(steps: number, run: () => T): T {
  const before = together;
  together = Math.min(before, steps);
  try {
    return run();
  } finally {
    together = before;
    freshBudget();
  }
}

/** The value, unless it is a text that is too long to go on with. */
export function checkLength<T>(text: T): T {
  if (typeof text === "string" && text.length > MAX_TEXT_LENGTH)
    throw new RangeError(`a text is longer than ${MAX_TEXT_LENGTH} characters`);
  return text;
}
