import { ensembleScore, type SentimentEnsemble } from "../../src/text/sentiment/ensemble.ts";
import {
  RESIDUAL_BITS,
  residualOf,
  type WordResiduals,
} from "../../src/text/sentiment/word-residuals.ts";
import { type Quantised, quantise, shipped } from "./quantise.ts";
import { type EnsembleFit, type Example, fitEnsemble } from "./trees.ts";

export type Scored = Example & { residuals: WordResiduals; fold: number };
/** The score of a text: an ensemble of its features, plus the residuals of single words. */
export type Score = { ensemble: SentimentEnsemble; residuals: Quantised };

const ENSEMBLE: EnsembleFit = {
  trees: 250,
  rate: 0.035,
  columns: 0.4,
  share: 0.7,
  ridge: 1000,
  leaf: 5,
};
/** Ridge penalty: most words are in few scored texts. */
const HOLD = 6;
/** A word that is in fewer texts corrects nothing. */
const FEWEST = 2;
const STEPS = 60;

type Sparse = Pick<WordResiduals, "rows" | "values" | "count">;

/** Ridge regression over sparse rows by conjugate gradients. Deterministic. */
function ridge(texts: readonly Sparse[], goals: readonly number[], hold: number): Float64Array {
  const size = 1 << RESIDUAL_BITS;
  /** Adds each text's amount to its rows. */
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
    const bent = spread(texts.map((text) => residualOf(text, way))).map(
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

function fitResiduals(scored: readonly Scored[], misses: readonly number[]): Quantised {
  const texts = new Uint16Array(1 << RESIDUAL_BITS);
  for (const { residuals } of scored)
    for (const row of new Set(residuals.rows)) (texts[row] as number) += 1;
  const weights = ridge(
    scored.map(({ residuals }) => residuals),
    misses,
    HOLD,
  );
  return quantise(weights, 1, (row) => (texts[row] ?? 0) >= FEWEST);
}

const others = (scored: readonly Scored[], held: number) =>
  scored.filter(({ fold }) => fold !== held);

/**
 * Trains on all folds but one, for each fold; answers what `predict` says of each text by the model
 * that has not seen it.
 */
function heldOut<Model>(
  scored: readonly Scored[],
  learn: (some: readonly Scored[]) => Model,
  predict: (model: Model, text: Scored) => number,
): number[] {
  const models = new Map(
    [...new Set(scored.map(({ fold }) => fold))].map((fold) => [fold, learn(others(scored, fold))]),
  );
  return scored.map((text) => predict(models.get(text.fold) as Model, text));
}

/** Residuals are learned from what an ensemble misses on texts that it has not seen. */
export function fitScore(scored: readonly Scored[]): Score {
  const guesses = heldOut(
    scored,
    (some) => fitEnsemble(some, ENSEMBLE),
    (ensemble, { parts }) => ensembleScore(ensemble, parts),
  );
  const misses = scored.map(({ score }, i) => score - (guesses[i] ?? 0));
  return { ensemble: fitEnsemble(scored, ENSEMBLE), residuals: fitResiduals(scored, misses) };
}

/** The scores of texts by fits that saw none of their fold, residuals and all. */
export const crossValidated = (scored: readonly Scored[]): number[] =>
  heldOut(
    scored,
    (some) => {
      const { ensemble, residuals } = fitScore(some);
      return { ensemble, weights: shipped(residuals) };
    },
    ({ ensemble, weights }, { parts, residuals }) =>
      ensembleScore(ensemble, parts) + residualOf(residuals, weights),
  );
