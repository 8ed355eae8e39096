/**
 * Trains src/refine/weights/sentiment.ts: a three-class softmax regression over hashed words, and the blend of it with VADER's rules that the score is.
 *
 *   node scripts/train/sentiment.ts DATA_DIR           trains on everything and writes the weights
 *   node scripts/train/sentiment.ts DATA_DIR --fold N  holds fold N of 5 out, prints the figures on it, writes nothing
 *
 * DATA_DIR holds sentiment-train.jsonl and sentiment-tweeteval.jsonl {text, label}, and sentiment-vader.jsonl {text, score}, from which the blend's
 * six numbers are fitted (figures by 10-fold cross-validation). The same text in two files is in one fold. Deterministic.
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { MAX_CELL, packTable } from "../../src/kit/sparse-table.ts";
import { evidence, SENTIMENT_LABELS } from "../../src/refine/sentiment.ts";
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
const RIDGE = 0.5;

const [folder, flag, fold] = process.argv.slice(2);
if (!folder) throw new Error("usage: node scripts/train/sentiment.ts DATA_DIR [--fold N]");
const heldOut = flag === "--fold" ? Number(fold) : -1;

const bareText = (text: string) => text.replace(/https?:\S+|@\S+|\\u[0-9a-f]{4}/g, "");
const inputs = ({ rows }: SentimentReading) => ({
  rows: Int32Array.from(rows),
  values: new Float32Array(rows.length).fill(1 / Math.sqrt(rows.length + 1)),
});
const labelled = (set: string) =>
  readRows<Row>(folder, set).map(({ text, label }): Labelled => {
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

/** Ridge regression by Gauss-Jordan on the normal equations. */
function ridge(x: readonly number[][], y: readonly number[]): number[] {
  const n = x[0]?.length ?? 0;
  const system = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (__, j) => x.reduce((sum, row) => sum + row[i] * row[j], i === j && i > 0 ? RIDGE : 0)),
    x.reduce((sum, row, at) => sum + row[i] * y[at], 0),
  ]);
  for (let i = 0; i < n; i++) {
    const pivot = system[i][i];
    system[i] = system[i].map((value) => value / pivot);
    for (let j = 0; j < n; j++) {
      const factor = system[j][i];
      if (j !== i) system[j] = system[j].map((value, k) => value - factor * system[i][k]);
    }
  }
  return system.map((row) => row[n]);
}

function blendOf(model: Quantised): number[] {
  const weights = Float32Array.from(model.cells, (cell) => cell * model.step);
  const rated = readRows<Rated>(folder, "sentiment-vader").map(({ text, score }) => {
    const reading = readSentiment(text);
    const scores = scoresOf({ weights, bias: Float64Array.from(model.bias) }, inputs(reading));
    return { parts: evidence(reading, [...scores]), score, fold: foldOf(text, 10) };
  });
  const blend = (train: typeof rated) =>
    ridge(
      train.map(({ parts }) => parts),
      train.map(({ score }) => score),
    );
  const dot = (parts: number[], weights: number[]) => parts.reduce((sum, part, i) => sum + part * weights[i], 0);
  const byFold = Array.from({ length: 10 }, (_, held) => blend(rated.filter((each) => each.fold !== held)));
  const predicted = rated.map(({ parts, fold }) => dot(parts, byFold[fold]));
  console.log(
    `score: held-out r ${pearson(
      predicted,
      rated.map(({ score }) => score),
    ).toFixed(4)} (${rated.length})`,
  );
  return blend(rated);
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
  for (const extra of [-0.4, -0.2, 0, 0.2, 0.4]) {
    const predicted = tested.map((sample) => {
      const scores = scoresOf({ weights, bias: Float64Array.from(model.bias) }, sample);
      scores[0] += extra;
      return scores.indexOf(Math.max(...scores));
    });
    console.log(
      `${set}: held-out macro-F1 ${macroF1(
        tested.map(({ label }) => label),
        predicted,
      ).toFixed(4)} (${tested.length}) ${extra}`,
    );
  }
}
const blend = blendOf(model);
const table = packTable(model.cells);
console.log(`${gzipSync(table).length} bytes gz; blend ${blend.map((part) => part.toFixed(3)).join(" ")}`);
if (heldOut < 0) {
  writeFileSync(
    new URL("../../src/refine/weights/sentiment.ts", import.meta.url),
    `/** Written by scripts/train/sentiment.ts; not for reading. */
import type { SentimentModel } from "../sentiment.ts";

export const SENTIMENT_WEIGHTS: SentimentModel = {
  step: ${model.step.toFixed(6)},
  bias: ${JSON.stringify(model.bias.map((each) => Number(each.toFixed(5))))},
  blend: ${JSON.stringify(blend.map((each) => Number(each.toFixed(5))))},
  table: ${JSON.stringify(table)},
};
`,
  );
}
