export const MAX_SCORED = 160;

/** Words of a text in their order. */
export type ScoredWords = {
  count: number;
  /** Which token of the tokens. */
  readonly indexes: Uint16Array;
  readonly hashes: Int32Array;
  readonly roles: Uint8Array;
  /** In VADER's scale of -4 to 4 before context adds to it; 0 for most words. */
  readonly ratings: Float32Array;
  /** How many words the rating stands for. */
  readonly spans: Uint8Array;
};
/**
 * What sentiment is read from: words, tags, numbers, faces, pictures, and the marks that end a
 * sentence or ask. `usual` are the same words without the marks, scored by the general lexicon and
 * VADER's rules alone: where the two disagree, a reader is of two minds.
 */
export type ScoredTokens = ScoredWords & {
  baseline: ScoredWords;
  exclamations: number;
  questions: number;
  aboutMarkets: boolean;
  /** How many turns mean the contrary of their words. */
  reversals: number;
};

export const emptyScoredWords = (): ScoredWords => ({
  count: 0,
  indexes: new Uint16Array(MAX_SCORED),
  hashes: new Int32Array(MAX_SCORED),
  roles: new Uint8Array(MAX_SCORED),
  ratings: new Float32Array(MAX_SCORED),
  spans: new Uint8Array(MAX_SCORED),
});
