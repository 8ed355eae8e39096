import { LONGEST_NGRAM } from "../../src/text/language/model.ts";
import type { Group } from "./language-data.ts";

/**
 * `rows[f]` is feature f's row of the table; `frequencies[f]` in how many words it is; `ofWord[w]`
 * are the features of word w. The first two are of every text and of tagged ones.
 */
export type Features = { rows: Uint32Array; frequencies: Float32Array; ofWord: Int32Array[] };

/** An n-gram of one word alone teaches nothing about other words. */
const FEWEST_WORDS = 2;

/**
 * The n-grams of a word with its boundaries, in the order of `ngramRows`: which of them are the
 * same without the last or the first letter.
 */
function parentsIn(length: number): number[][] {
  const index = new Map<string, number>();
  const parents: number[][] = [];
  for (let from = 0; from < length - 1; from++) {
    for (let to = from + (from === 0 ? 2 : 1); to <= Math.min(length, from + LONGEST_NGRAM); to++) {
      index.set(`${from} ${to}`, parents.push([]) - 1);
    }
  }
  for (const [span, own] of index) {
    const [from = 0, to = 0] = span.split(" ").map(Number);
    parents[own] = [index.get(`${from} ${to - 1}`), index.get(`${from + 1} ${to}`)].filter(
      (at) => at !== undefined,
    );
  }
  return parents;
}

/**
 * The n-grams worth a weight: in several words, and in fewer than the shorter n-grams inside of
 * them, which would say the same and fit more words.
 */
export function findFeatures({ vocabulary, train }: Group): Features {
  const trained = new Set(train.flatMap((text) => [...text.words]));
  const frequency = new Uint32Array(1 << vocabulary.bits);
  for (const word of trained)
    for (const row of new Set(vocabulary.rows[word])) (frequency[row] as number)++;
  const isRedundant = new Uint8Array(frequency.length);
  const parentsOf = new Map<number, number[][]>();
  for (const word of trained) {
    const rows = vocabulary.rows[word] as Uint32Array;
    const length = (vocabulary.words[word] as string).length + 2;
    const parents = parentsOf.get(length) ?? parentsIn(length);
    parentsOf.set(length, parents);
    rows.forEach((row, i) => {
      for (const parent of parents[i] ?? [])
        if (frequency[rows[parent] as number] === frequency[row]) isRedundant[row] = 1;
    });
  }
  const kept = [...(vocabulary.rows[0] as Uint32Array), ...(vocabulary.rows[1] as Uint32Array)];
  const feature = new Int32Array(frequency.length).fill(-1);
  for (let row = 0; row < frequency.length; row++) {
    if (
      (frequency[row] as number) >= FEWEST_WORDS &&
      !isRedundant[row] &&
      !kept.slice(0, 2).includes(row)
    )
      feature[row] = kept.push(row) - 1;
  }
  const ofWord = vocabulary.rows.map((rows) =>
    Int32Array.from(rows, (row) => feature[row] as number).filter((each) => each >= 0),
  );
  return {
    rows: Uint32Array.from(kept),
    frequencies: Float32Array.from(kept, (row) => frequency[row] as number),
    ofWord,
  };
}
