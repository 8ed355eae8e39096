/**
 * Trains src/text/sentiment/weights/sentiment.ts: a three-class softmax regression over hashed
 * words, and the score: an ensemble of it with VADER's rules, to which single words add residuals.
 *
 *   node models/train/sentiment.ts DATA_DIR           trains on everything and writes the weights
 *   node models/train/sentiment.ts DATA_DIR --fold N  holds fold N of 5 out, prints the figures on
 *                                                     it, writes nothing
 *
 * DATA_DIR holds sentiment-train.jsonl and sentiment-tweeteval.jsonl {text, label}, and
 * sentiment-vader.jsonl {text, score}, from which the score is fitted (figures by 10-fold
 * cross-validation of the whole fit). The same text in two files is in one fold. Deterministic.
 */
import { gzipSync } from "node:zlib";
import { packTable } from "../../src/text/hashing/sparse-matrix.ts";
import { readSentiment, rowOfWord } from "../../src/text/sentiment/features.ts";
import { SENTIMENT_LABELS } from "../../src/text/sentiment/sentiment.ts";
import { sentimentSignals } from "../../src/text/sentiment/signals.ts";
import { residualsIn } from "../../src/text/sentiment/word-residuals.ts";
import { type Linear, learn, type Sample, scoresOf } from "./linear.ts";
import { quantise, shipped } from "./quantise.ts";
import { foldOf, readRows } from "./rows.ts";
import { crossValidated, fitScore, type Scored } from "./score.ts";
import {
  SENTIMENT_FIT as FIT,
  labelF1,
  sentimentInputs,
  writeSentimentWeights,
} from "./sentiment-fit.ts";

type Row = { text: string; label: (typeof SENTIMENT_LABELS)[number] };
type Labelled = Sample & { fold: number; set: string };

const FOLDS = 5;
/**
 * Weights kept: what the size of the Worker allows. What decides is their size, and a little (this
 * power) how often they are touched.
 */
const KEPT = 100_000;
const OFTEN = 0.3;
/** Added to the scores of the rarer labels, so that macro-F1 is served and not accuracy. */
const LABEL_BIAS = [0.35, 0, 0];
const SCORED_FOLDS = 10;

const [folder, flag, fold] = process.argv.slice(2);
if (!folder) throw new Error("usage: node models/train/sentiment.ts DATA_DIR [--fold N]");
const data = folder;
const heldOut = flag === "--fold" ? Number(fold) : -1;

const bareText = (text: string) => text.replace(/https?:\S+|@\S+|\\u[0-9a-f]{4}/g, "");
const labelled = (set: string) =>
  readRows<Row>(data, set).map(({ text, label }): Labelled => {
    const fold = foldOf(bareText(text), FOLDS);
    return {
      ...sentimentInputs(readSentiment(text)),
      label: SENTIMENT_LABELS.indexOf(label),
      weight: 1,
      fold,
      set,
    };
  });

/** How often each row is touched. */
function touches(samples: readonly Sample[]): Float64Array {
  const counts = new Float64Array(FIT.rows);
  for (const { rows } of samples) for (const row of rows) (counts[row] as number) += 1;
  return counts;
}

/**
 * The model as it ships: of the weights those that matter most, which are large and often touched.
 */
function rounded({ weights, bias }: Linear, train: readonly Sample[]) {
  const counts = touches(train);
  const matter = weights.map(
    (weight, at) => Math.abs(weight) * (counts[Math.floor(at / FIT.classes)] ?? 0) ** OFTEN,
  );
  const floor = matter.toSorted().at(-KEPT) ?? 0;
  const table = quantise(weights, 1, (at) => (matter[at] ?? 0) >= floor);
  return {
    ...table,
    weights: Float32Array.from(shipped(table)),
    bias: [...bias].map((each, k) => each + (LABEL_BIAS[k] ?? 0)),
  };
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = (a: readonly number[], ma: number, b: readonly number[], mb: number) =>
    a.reduce((sum, value, i) => sum + (value - ma) * ((b[i] ?? 0) - mb), 0);
  return covariance(x, mx, y, my) / Math.sqrt(covariance(x, mx, x, mx) * covariance(y, my, y, my));
}

/** The scored texts as the fit of the score reads them. */
function scoredTexts({ weights, bias }: Linear): Scored[] {
  const leanOf = (hash: number) =>
    (weights[3 * rowOfWord(hash) + 2] ?? 0) - (weights[3 * rowOfWord(hash)] ?? 0);
  return readRows<{ text: string; score: number }>(data, "sentiment-vader").map(
    ({ text, score }) => {
      const reading = readSentiment(text);
      const { rows, values } = sentimentInputs(reading);
      const grams = {
        rows: rows.subarray(reading.shaped),
        values: values.subarray(reading.shaped),
      };
      const scores = [...scoresOf({ weights, bias }, { rows, values })];
      const ofGrams = [...scoresOf({ weights, bias: new Float64Array(bias.length) }, grams)];
      const { count, ...read } = residualsIn(reading.scored);
      const residuals = {
        count,
        rows: read.rows.slice(0, count),
        values: read.values.slice(0, count),
      };
      return {
        parts: sentimentSignals(reading, { scores, ofGrams, leanOf }),
        residuals,
        score,
        fold: foldOf(text, SCORED_FOLDS),
      };
    },
  );
}

const samples = ["sentiment-train", "sentiment-tweeteval"].flatMap(labelled);
const train = samples.filter((sample) => sample.fold !== heldOut);
const model = rounded(learn(train, FIT), train);
const { weights } = model;
for (const [set, tested] of Map.groupBy(
  samples.filter((sample) => sample.fold === heldOut),
  (sample) => sample.set,
)) {
  const predicted = tested.map((sample) => {
    const scores = scoresOf({ weights, bias: Float64Array.from(model.bias) }, sample);
    return scores.indexOf(Math.max(...scores));
  });
  const gold = tested.map(({ label }) => label);
  console.log(
    `${set}: held-out macro-F1 ${labelF1(gold, predicted).toFixed(4)} (${tested.length})`,
  );
}
const scored = scoredTexts({ weights, bias: Float64Array.from(model.bias) });
const r = pearson(
  crossValidated(scored),
  scored.map(({ score }) => score),
);
console.log(`score: held-out r ${r.toFixed(4)} (${scored.length})`);
const { ensemble, residuals } = fitScore(scored);
const [table, words] = [packTable(model.cells), packTable(residuals.cells)];
console.log(`${gzipSync(table).length} and ${gzipSync(words).length} bytes gz`);
if (heldOut < 0)
  writeSentimentWeights({
    step: model.step,
    bias: model.bias,
    ensemble,
    residuals: { step: residuals.step, table: words },
    table,
  });
