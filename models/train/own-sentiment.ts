import * as z from "zod";
import { packTable, unpackSquares } from "../../src/text/hashing/sparse-matrix.ts";
import { readSentiment, SENTIMENT_BITS } from "../../src/text/sentiment/features.ts";
import { SENTIMENT_LABELS, sentimentLabel } from "../../src/text/sentiment/sentiment.ts";
import { SENTIMENT_WEIGHTS } from "../../src/text/sentiment/weights/sentiment.ts";
import { type Fit, type Linear, learn, type Sample, scoresOf } from "./linear.ts";
import { type OwnModel, type OwnTrainer, requireEnough } from "./own.ts";
import { quantise, shipped } from "./quantise.ts";
import { foldOf } from "./rows.ts";
import { labelF1, SENTIMENT_FIT, sentimentInputs, writeSentimentWeights } from "./sentiment-fit.ts";
import { areaUnderCurve } from "./stance-fit.ts";

const Row = z.object({ text: z.string().min(1), label: z.enum(SENTIMENT_LABELS) });
type Row = z.infer<typeof Row>;

const FOLDS = 5;
const FEWEST = 50;
/** The shipped weights are a good start: small steps keep what the file says nothing about. */
const FIT: Fit = { ...SENTIMENT_FIT, rate: 0.05, decay: 1e-5 };
/** Weights kept: what the size of the Worker allows. */
const KEPT = 100_000;
const [NEGATIVE, NEUTRAL, POSITIVE] = [0, 1, 2];

const shippedLinear = (): Linear => ({
  weights: Float32Array.from(
    unpackSquares(SENTIMENT_WEIGHTS.table, SENTIMENT_LABELS.length << SENTIMENT_BITS),
    (cell) => cell * SENTIMENT_WEIGHTS.step,
  ),
  bias: Float64Array.from(SENTIMENT_WEIGHTS.bias),
});

/** The shipped model after more lessons, its weights rounded as they ship. */
function taught(samples: readonly Sample[]) {
  const { weights, bias } = learn(samples, FIT, shippedLinear());
  const floor = weights.map(Math.abs).toSorted().at(-KEPT) ?? 0;
  const table = quantise(weights, 1, (at) => Math.abs(weights[at] ?? 0) >= floor);
  return { ...table, linear: { weights: Float32Array.from(shipped(table)), bias } };
}

/** The column of the likeliest label. */
const likeliest = (scores: Float64Array): number => scores.indexOf(Math.max(...scores));
const leanOf = (scores: Float64Array): number => (scores[POSITIVE] ?? 0) - (scores[NEGATIVE] ?? 0);

/** Of good against bad texts alone. */
function goodAboveBad(gold: readonly number[], scores: readonly Float64Array[]): number {
  const sided = gold.flatMap((label, i) => (label === NEUTRAL ? [] : [i]));
  return areaUnderCurve(
    sided.map((i) => Number(gold[i] === POSITIVE)),
    sided.map((i) => leanOf(scores[i] ?? new Float64Array(SENTIMENT_LABELS.length))),
  );
}

/** Teaches the shipped model of English posts more; the blend that makes the score stays. */
function train(rows: readonly Row[]): OwnModel {
  requireEnough(
    rows.map(({ label }) => label),
    SENTIMENT_LABELS,
    FEWEST,
  );
  const samples = rows.map(({ text, label }) => ({
    ...sentimentInputs(readSentiment(text)),
    label: SENTIMENT_LABELS.indexOf(label),
    weight: 1,
    fold: foldOf(text, FOLDS),
  }));
  const fits = Array.from({ length: FOLDS }, (_, held) =>
    taught(samples.filter(({ fold }) => fold !== held)),
  );
  const before = shippedLinear();
  const gold = samples.map(({ label }) => label);
  const theirs = samples.map((sample) => scoresOf(before, sample));
  const yours = samples.map((sample) => scoresOf(fits[sample.fold]?.linear ?? before, sample));
  const shippedLabels = rows.map(({ text }) => SENTIMENT_LABELS.indexOf(sentimentLabel(text)));
  return {
    figures: [
      {
        name: "macro-F1",
        yours: labelF1(gold, yours.map(likeliest)),
        shipped: labelF1(gold, shippedLabels),
      },
      {
        name: "AUC, good above bad",
        yours: goodAboveBad(gold, yours),
        shipped: goodAboveBad(gold, theirs),
      },
    ],
    write() {
      const { cells, step, linear } = taught(samples);
      const bias = [...linear.bias];
      writeSentimentWeights({ ...SENTIMENT_WEIGHTS, step, bias, table: packTable(cells) });
      return "src/text/sentiment/weights/sentiment.ts";
    },
  };
}

export const OWN_SENTIMENT: OwnTrainer<Row> = {
  format: '{"text": "...", "label": "negative", "neutral" or "positive"}',
  row: Row,
  train,
};
