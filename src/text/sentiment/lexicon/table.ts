import { hashOf, joinHashes } from "../../hashing/feature-hash.ts";

/**
 * Numbers by the hash of a word or of words in a row: an open-addressed table, because a Map of
 * such keys would box each.
 */
export type LexiconTable = {
  readonly keys: Int32Array;
  readonly values: Float32Array;
  readonly shift: number;
};

const GOLDEN = 0x9e3779b1;

/** `entries` may repeat a word: the first rating holds. Words in a row are parted by blanks. */
export function lexiconTable(
  entries: readonly (readonly [words: string, rating: number])[],
): LexiconTable {
  const bits = Math.ceil(Math.log2(entries.length * 2 + 2));
  const ratings = {
    keys: new Int32Array(1 << bits),
    values: new Float32Array(1 << bits),
    shift: 32 - bits,
  };
  for (const [words, rating] of entries) {
    const hash = hashOfAll(words);
    let at = Math.imul(hash, GOLDEN) >>> ratings.shift;
    while (ratings.keys[at] !== 0 && ratings.keys[at] !== hash) at = (at + 1) & ((1 << bits) - 1);
    if (ratings.keys[at] === hash) continue;
    ratings.keys[at] = hash;
    ratings.values[at] = rating;
  }
  return ratings;
}

function hashOfAll(words: string): number {
  if (!words.includes(" ")) return hashOf(words);
  return words.split(" ").map(hashOf).reduce(joinHashes);
}

/** The rating, or NaN when there is none. */
export function ratingOf({ keys, values, shift }: LexiconTable, hash: number): number {
  for (
    let at = Math.imul(hash, GOLDEN) >>> shift;
    keys[at] !== 0;
    at = (at + 1) & (keys.length - 1)
  ) {
    if (keys[at] === hash) return values[at] ?? 0;
  }
  return Number.NaN;
}
