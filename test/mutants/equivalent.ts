/**
 * Drawn mutants that change nothing that anybody could see: not a promise, not what a test may ask
 * for. `in` is the text of the line that holds the place, without spaces at its ends.
 */
export type EquivalentMutant = { file: string; in: string; operator: string; why: string };

export const EQUIVALENT: readonly EquivalentMutant[] = [];
