import { ensembleScore, type SentimentEnsemble } from "../../src/text/sentiment/ensemble.ts";
import {
  CORRECTION_BITS,
  correctionOf,
  type WordResiduals,
} from "../../src/text/sentiment/word-residuals.ts";
import { type Quantised, quantise, shipped } from "./quantise.ts";
import { type BlendFit, type Example, fitBlend } from "./trees.ts";

export type Rated = Example & { corrections: WordResiduals; fold: number };
/** The score of a text: a blend of its evidence, and what single words correct. */
export type Score = { blend: SentimentEnsemble; corrections: Quantised };

const BLEND: BlendFit = { trees: 250, rate: 0.035, columns: 0.4, share: 0.7, ridge: 1000, leaf: 5 };
/** Holds the corrections down: most words are in few rated texts. */
const HOLD = 6;
/** A word that is in fewer texts corrects nothing. */
const FEWEST = 2;
const STEPS = 60;

type Sparse = Pick<WordResiduals, "rows" | "values" | "count">;

/** Ridge regression over sparse rows by conjugate gradients. Deterministic. */
function ridge(texts: readonly Sparse[], goals: readonly number[], hold: number): Float64Array {
  const size = 1 << CORRECTION_BITS;
  /** The sum over the texts of what each is told to add to its rows. */
  const spread = (amounts: readonly number[]) => {
    const sums = new Float64Array(size);
    for (const [t, { rows, values, count }] of texts.entries())
      for (let i = 0; i < count; i++)
        (sums[rows[i] ?? 0] as number) += (values[i] ?? 0) * (amounts[t] ?? 0);
    return sums;
  };
  const dot = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, each, i) => sum + each * (b[i] ?? 0), 0);
  const weights = new Float64Array(size);
  const rest = spread(goals);
  let way = rest.slice();
  let size2 = dot(rest, rest);
  for (let step = 0; step < STEPS && size2 > 1e-12; step++) {
    const bent = spread(texts.map((text) => correctionOf(text, way))).map(
      (each, i) => each + hold * (way[i] ?? 0),
    );
    const pace = size2 / dot(way, bent);
    for (let i = 0; i < size; i++) {
      (weights[i] as number) += pace * (way[i] ?? 0);
      (rest[i] as number) -= pace * (bent[i] ?? 0);
    }
    const next = dot(rest, rest);
    way = way.map((each, i) => (rest[i] ?? 0) + (next / size2) * each);
    size2 = next;
  }
  return weights;
}

function fitCorrections(rated: readonly Rated[], misses: readonly number[]): Quantised {
  const texts = new Uint16Array(1 << CORRECTION_BITS);
  for (const { corrections } of rated)
    for (const row of new Set(corrections.rows)) (texts[row] as number) += 1;
  const weights = ridge(
    rated.map(({ corrections }) => corrections),
    misses,
    HOLD,
  );
  return quantise(weights, 1, (row) => (texts[row] ?? 0) >= FEWEST);
}

const others = (rated: readonly Rated[], held: number) => rated.filter(({ fold }) => fold !== held);

/**
 * Trains on all folds but one, for each fold; answers what `predict` says of each text by the model
 * that has not seen it.
 */
function heldOut<Model>(
  rated: readonly Rated[],
  learn: (some: readonly Rated[]) => Model,
  predict: (model: Model, text: Rated) => number,
): number[] {
  const models = new Map(
    [...new Set(rated.map(({ fold }) => fold))].map((fold) => [fold, learn(others(rated, fold))]),
  );
  return rated.map((text) => predict(models.get(text.fold) as Model, text));
}

/** Corrections are learned from what a blend misses on texts that it has not seen. */
export function fitScore(rated: readonly Rated[]): Score {
  const guesses = heldOut(
    rated,
    (some) => fitBlend(some, BLEND),
    (blend, { parts }) => ensembleScore(blend, parts),
  );
  const misses = rated.map(({ score }, i) => score - (guesses[i] ?? 0));
  return { blend: fitBlend(rated, BLEND), corrections: fitCorrections(rated, misses) };
}

/** The scores of texts by fits that saw none of their fold, corrections and all. */
export const crossValidated = (rated: readonly Rated[]): number[] =>
  heldOut(
    rated,
    (some) => {
      const { blend, corrections } = fitScore(some);
      return { blend, weights: shipped(corrections) };
    },
    ({ blend, weights }, { parts, corrections }) =>
      ensembleScore(blend, parts) + correctionOf(corrections, weights),
  );
