/**
 * Trains src/refine/weights/sentiment.ts: a three-class softmax regression over hashed words, and the blend of it with VADER's rules that the score is.
 *
 *   node scripts/train/sentiment.ts DATA_DIR           trains on everything and writes the weights
 *   node scripts/train/sentiment.ts DATA_DIR --fold N  holds fold N of 5 out, prints the figures on it, writes nothing
 *
 * DATA_DIR holds sentiment-train.jsonl and sentiment-tweeteval.jsonl {text, label}, and sentiment-vader.jsonl {text, score}, from which the blend's
 * numbers and the last column are fitted (figures by 10-fold cross-validation). The same text in two files is in one fold. Deterministic.
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { MAX_CELL, packTable } from "../../src/kit/sparse-table.ts";
import { evidence, SENTIMENT_COLUMNS, SENTIMENT_LABELS } from "../../src/refine/sentiment.ts";
import { readSentiment, SENTIMENT_BITS, type SentimentReading } from "../../src/refine/sentiment-features.ts";
import { type Fit, type Linear, learn, type Sample, scoresOf } from "./linear.ts";
import { foldOf, readRows } from "./rows.ts";

type Row = { text: string; label: (typeof SENTIMENT_LABELS)[number] };
type Rated = { text: string; score: number };
type Labelled = Sample & { fold: number; set: string };

const FOLDS = 5;
const FIT: Fit = { rows: 1 << SENTIMENT_BITS, classes: 3, epochs: 5, rate: 0.3, decay: 1e-4 };
/** Weights kept: what the size of the Worker allows. */
const KEPT = 110_000;
/** Added to the scores of the rarer labels, so that macro-F1 is served and not accuracy. */
const LABEL_BIAS = [0.45, 0, 0];
const RIDGE = 2;
/** The same for the words of the rated texts, of which there are more than texts. */
const WORD_RIDGE = 1;
const CONJUGATE_STEPS = 25;

const [folder, flag, fold] = process.argv.slice(2);
if (!folder) throw new Error("usage: node scripts/train/sentiment.ts DATA_DIR [--fold N]");
const data = folder;
const heldOut = flag === "--fold" ? Number(fold) : -1;

const bareText = (text: string) => text.replace(/https?:\S+|@\S+|\\u[0-9a-f]{4}/g, "");
const inputs = ({ rows }: SentimentReading) => ({
  rows: Int32Array.from(rows),
  values: new Float32Array(rows.length).fill(1 / Math.sqrt(rows.length + 1)),
});
const labelled = (set: string) =>
  readRows<Row>(data, set).map(({ text, label }): Labelled => {
    const fold = foldOf(bareText(text), FOLDS);
    return { ...inputs(readSentiment(text)), label: SENTIMENT_LABELS.indexOf(label), weight: 1, fold, set };
  });

/** Whole steps for the weights that matter most; the rest is 0. */
function quantise({ weights, bias }: Linear) {
  const seen = weights
    .filter((weight) => weight !== 0)
    .map(Math.abs)
    .sort();
  const floor = seen[Math.max(0, seen.length - KEPT)] ?? 0;
  const step = (seen[Math.floor(seen.length * 0.9995)] ?? 1) / MAX_CELL;
  const cells = Int8Array.from(weights, (weight) => {
    if (Math.abs(weight) < floor) return 0;
    return Math.max(-MAX_CELL, Math.min(MAX_CELL, Math.round(weight / step)));
  });
  return { cells, step, bias: [...bias].map((each, k) => each + (LABEL_BIAS[k] ?? 0)) };
}
type Quantised = ReturnType<typeof quantise>;

function macroF1(gold: readonly number[], predicted: readonly number[]): number {
  const per = SENTIMENT_LABELS.map((_, k) => {
    const hits = gold.filter((label, i) => label === k && predicted[i] === k).length;
    return (2 * hits) / (gold.filter((label) => label === k).length + predicted.filter((label) => label === k).length);
  });
  return per.reduce((a, b) => a + b) / per.length;
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = (a: readonly number[], ma: number, b: readonly number[], mb: number) =>
    a.reduce((sum, value, i) => sum + (value - ma) * ((b[i] ?? 0) - mb), 0);
  return covariance(x, mx, y, my) / Math.sqrt(covariance(x, mx, x, mx) * covariance(y, my, y, my));
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};

/** Solves for ridge weights by conjugate gradients: `times` is the product with X'X + ridge. */
function conjugate(times: (v: Float64Array) => Float64Array, goal: Float64Array, steps: number): Float64Array {
  const found = new Float64Array(goal.length);
  const rest = goal.slice();
  const way = goal.slice();
  let size = dot(rest, rest);
  for (let i = 0; i < steps && size > 1e-12; i++) {
    const moved = times(way);
    const pace = size / dot(way, moved);
    for (let k = 0; k < found.length; k++) {
      found[k] = (found[k] ?? 0) + pace * (way[k] ?? 0);
      rest[k] = (rest[k] ?? 0) - pace * (moved[k] ?? 0);
    }
    const next = dot(rest, rest);
    for (let k = 0; k < way.length; k++) way[k] = (rest[k] ?? 0) + (next / size) * (way[k] ?? 0);
    size = next;
  }
  return found;
}

type RatedText = { parts: number[]; rows: Int32Array; values: Float32Array; score: number; fold: number };
type Scorer = { blend: Float64Array; words: Float64Array };

function fitBlend(train: readonly RatedText[]): Float64Array {
  const width = train[0]?.parts.length ?? 0;
  const goal = new Float64Array(width);
  for (const { parts, score } of train) for (const [i, part] of parts.entries()) goal[i] = (goal[i] ?? 0) + part * score;
  const times = (v: Float64Array) => {
    const product = v.map((each, i) => (i > 0 ? each * RIDGE : 0));
    for (const { parts } of train) {
      const along = dot(parts, v);
      for (let i = 0; i < width; i++) product[i] = (product[i] ?? 0) + (parts[i] ?? 0) * along;
    }
    return product;
  };
  return conjugate(times, goal, 20 * width);
}

/** What single words add to the score where the blend misses it. */
function fitWords(train: readonly RatedText[], blend: Float64Array): Float64Array {
  const goal = new Float64Array(1 << SENTIMENT_BITS);
  const spread = (to: Float64Array, { rows, values }: RatedText, by: number) => {
    for (const [i, row] of rows.entries()) to[row] = (to[row] ?? 0) + (values[i] ?? 0) * by;
  };
  for (const text of train) spread(goal, text, text.score - dot(text.parts, blend));
  const times = (v: Float64Array) => {
    const product = v.map((each) => each * WORD_RIDGE);
    for (const text of train) spread(product, text, wordSum(text, v));
    return product;
  };
  return conjugate(times, goal, CONJUGATE_STEPS);
}
const wordSum = ({ rows, values }: RatedText, words: Float64Array) =>
  rows.reduce((sum, row, i) => sum + (values[i] ?? 0) * (words[row] ?? 0), 0);

function fitScore(train: readonly RatedText[]): Scorer {
  const blend = fitBlend(train);
  return { blend, words: fitWords(train, blend) };
}

/** Fits the score on the rated texts, and prints what ten folds say of it. */
function scorerOf(model: Quantised): Scorer {
  const weights = Float32Array.from(model.cells, (cell) => cell * model.step);
  const rated = readRows<Rated>(data, "sentiment-vader").map(({ text, score }): RatedText => {
    const reading = readSentiment(text);
    const sample = inputs(reading);
    const scores = scoresOf({ weights, bias: Float64Array.from(model.bias) }, sample);
    return { parts: evidence(reading, [...scores]), ...sample, score, fold: foldOf(text, 10) };
  });
  const byFold = Array.from({ length: 10 }, (_, held) => fitScore(rated.filter((each) => each.fold !== held)));
  const held = (words: boolean) =>
    rated.map((text) => {
      const scorer = byFold[text.fold];
      return scorer ? dot(text.parts, scorer.blend) + (words ? wordSum(text, scorer.words) : 0) : 0;
    });
  const gold = rated.map(({ score }) => score);
  console.log(
    `score: held-out r ${pearson(held(true), gold).toFixed(4)}, without words ${pearson(held(false), gold).toFixed(4)} (${rated.length})`,
  );
  return fitScore(rated);
}

const samples = ["sentiment-train", "sentiment-tweeteval"].flatMap(labelled);
const model = quantise(
  learn(
    samples.filter((sample) => sample.fold !== heldOut),
    FIT,
  ),
);
const weights = Float32Array.from(model.cells, (cell) => cell * model.step);
for (const [set, tested] of Map.groupBy(
  samples.filter((sample) => sample.fold === heldOut),
  (sample) => sample.set,
)) {
  const predicted = tested.map((sample) => {
    const scores = scoresOf({ weights, bias: Float64Array.from(model.bias) }, sample);
    return scores.indexOf(Math.max(...scores));
  });
  const gold = tested.map(({ label }) => label);
  console.log(`${set}: held-out macro-F1 ${macroF1(gold, predicted).toFixed(4)} (${tested.length})`);
}
const scorer = scorerOf(model);
const ratedStep = scorer.words.reduce((most, each) => Math.max(most, Math.abs(each)), 0) / MAX_CELL;
const table = packTable(
  Int8Array.from({ length: SENTIMENT_COLUMNS << SENTIMENT_BITS }, (_, at) => {
    const [row, column] = [Math.floor(at / SENTIMENT_COLUMNS), at % SENTIMENT_COLUMNS];
    const { length } = SENTIMENT_LABELS;
    return column < length ? (model.cells[row * length + column] ?? 0) : Math.round((scorer.words[row] ?? 0) / ratedStep);
  }),
);
console.log(`${gzipSync(table).length} bytes gz`);
if (heldOut < 0) {
  writeFileSync(
    new URL("../../src/refine/weights/sentiment.ts", import.meta.url),
    `/** Written by scripts/train/sentiment.ts; not for reading. */
import type { SentimentModel } from "../sentiment.ts";

export const SENTIMENT_WEIGHTS: SentimentModel = {
  step: ${model.step.toFixed(6)},
  ratedStep: ${ratedStep.toFixed(8)},
  bias: ${JSON.stringify(model.bias.map((each) => Number(each.toFixed(5))))},
  blend: ${JSON.stringify([...scorer.blend].map((each) => Number(each.toFixed(5))))},
  table: ${JSON.stringify(table)},
};
`,
  );
}
