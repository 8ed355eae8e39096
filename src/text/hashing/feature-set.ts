/** Rows of a hashed table that a text touches, each once, in the order of touching. */
export type FeatureSet = {
  readonly rows: Int32Array;
  count: number;
  /** Number of the text that touched a row last: a Set without its allocations. */
  readonly touched: Uint32Array;
  turn: number;
  readonly bits: number;
};

const GOLDEN = 0x9e3779b1;

/** Rows of a table of 2^bits; what is touched after `most` rows is left out. */
export const featureSet = (bits: number, most: number): FeatureSet => ({
  rows: new Int32Array(most),
  count: 0,
  touched: new Uint32Array(1 << bits),
  turn: 0,
  bits,
});

export const rowOf = (hash: number, bits: number): number =>
  Math.imul(hash, GOLDEN) >>> (32 - bits);

/** Begins the next text. */
export function clearFeatures(set: FeatureSet): void {
  set.turn++;
  set.count = 0;
}

/** Adds the row of a hash; false if it is there already. */
export function touchFeature(set: FeatureSet, hash: number): boolean {
  const row = rowOf(hash, set.bits);
  if (set.touched[row] === set.turn || set.count >= set.rows.length) return false;
  set.touched[row] = set.turn;
  set.rows[set.count++] = row;
  return true;
}
