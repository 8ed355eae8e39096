export const MAX_RATED = 160;

/** Words of a text in their order. */
export type RatedWords = {
  count: number;
  /** Which token of the scan. */
  readonly tokens: Uint16Array;
  readonly hashes: Int32Array;
  readonly roles: Uint8Array;
  /** In VADER's scale of -4 to 4 before context adds to it; 0 for most words. */
  readonly ratings: Float32Array;
  /** How many words the rating stands for. */
  readonly spans: Uint8Array;
};
/**
 * What sentiment is read from: words, tags, numbers, faces, pictures, and the marks that end a
 * sentence or ask. `usual` are the same words without the marks, rated by the general lexicon and
 * VADER's rules alone: where the two disagree, a reader is of two minds.
 */
export type ScoredTokens = RatedWords & {
  usual: RatedWords;
  exclamations: number;
  questions: number;
  aboutMarkets: boolean;
};

export const ratedWords = (): RatedWords => ({
  count: 0,
  tokens: new Uint16Array(MAX_RATED),
  hashes: new Int32Array(MAX_RATED),
  roles: new Uint8Array(MAX_RATED),
  ratings: new Float32Array(MAX_RATED),
  spans: new Uint8Array(MAX_RATED),
});
