import { hashOf, joinHashes } from "../hashing/feature-hash.ts";
import { rowOf } from "../hashing/feature-set.ts";
import { WordRole } from "./lexicon/index.ts";
import { MAX_SCORED, type ScoredTokens } from "./lexicon/scored-tokens.ts";

/** 2^bits rows of the hashed table. */
export const RESIDUAL_BITS = 13;

/**
 * What the raters of whole posts hear in a single word, beside what the lists rate it: rows of a
 * table, and how much each counts.
 */
export type WordResiduals = {
  count: number;
  readonly rows: Uint16Array;
  readonly values: Float32Array;
};

const read: WordResiduals = {
  count: 0,
  rows: new Uint16Array(2 * MAX_SCORED),
  values: new Float32Array(2 * MAX_SCORED),
};
const SCORED = hashOf("rated..");
/** A rating of 4 counts 2. */
const [THERE, A_POINT] = [0.5, 0.5];

function add(hash: number, value: number): void {
  read.rows[read.count] = rowOf(hash, RESIDUAL_BITS);
  read.values[read.count++] = value;
}

/**
 * Every word as it is, and once more with its rating in its place; long texts count their words
 * less. Overwritten by the next call.
 */
export function residualsIn({
  hashes,
  roles,
  ratings,
  count,
}: Readonly<ScoredTokens>): Readonly<WordResiduals> {
  read.count = 0;
  for (let i = 0; i < count; i++) {
    const hash = hashes[i] ?? 0;
    if (roles[i] !== WordRole.end) add(hash, THERE);
    if (ratings[i] !== 0) add(joinHashes(SCORED, hash), (ratings[i] ?? 0) * A_POINT);
  }
  const scale = 1 / Math.sqrt(count + 1);
  for (let i = 0; i < read.count; i++) (read.values[i] as number) *= scale;
  return read;
}

/** What all of them add to the score. */
export function residualOf(
  { rows, values, count }: Readonly<WordResiduals>,
  weights: ArrayLike<number>,
): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (weights[rows[i] ?? 0] ?? 0) * (values[i] ?? 0);
  return sum;
}
