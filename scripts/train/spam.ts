/**
 * Trains src/filter/weights/spam.ts: logistic regression over hashed words, pairs of words, character n-grams and the shape of the post.
 *
 *   node scripts/train/spam.ts DATA_DIR
 *
 * DATA_DIR holds spam-crypto.jsonl, spam-sms.jsonl and spam-youtube.jsonl with {text, spam}. Prints the figures of 5-fold cross-validation, three
 * times over with other folds, in which texts that begin alike share a fold, and puts the threshold where the false-positive rate of the held-out
 * posts, all scores of all rounds together, is FALSE_POSITIVES. Deterministic.
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { readSpam, SPAM_BITS } from "../../src/filter/spam-features.ts";
import { packTable } from "../../src/kit/sparse-table.ts";
import { atFalsePositiveRate, type Sample } from "./linear.ts";
import { fitLogistic, type Logistic, type LogisticFit, oddsOf } from "./logistic.ts";
import { quantise, shipped } from "./quantise.ts";
import { foldOf, readRows } from "./rows.ts";

type Row = { text: string; spam: boolean };
type Labelled = Sample & { spam: boolean; place: number; set: string };

const FOLDS = 5;
const ROUNDS = 3;
/** Under the 2 % that are asked for: other posts give another rate, with a standard error of a third of a percent. */
const FALSE_POSITIVES = 0.018;
/** Text messages and video comments teach what spam is anywhere; X is what is judged. */
const SET_WEIGHTS = { "spam-crypto": 1, "spam-sms": 0.01, "spam-youtube": 0.01 };
const FIT: LogisticFit = { rows: 1 << SPAM_BITS, strength: 1.5, steps: 40 };
const [UNSEEN, EVEN] = [0.3, 1];
/** Smaller weights change no decision. */
const LEAST = 3;

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node scripts/train/spam.ts DATA_DIR");

function read(from: string, set: string, weight: number): Labelled[] {
  return readRows<Row>(from, set).map(({ text, spam }) => {
    const reading = readSpam(text);
    const { named } = reading;
    const { count } = reading.set;
    const rows = reading.set.rows.slice(0, count);
    const [word, gram] = [1 / Math.sqrt(named + 1), 1 / Math.sqrt(count - named + 1)];
    const values = Float32Array.from(rows, (_, i) => (i < named ? word : gram));
    return { rows, values, label: Number(spam), weight, spam, place: foldOf(text, FOLDS ** ROUNDS), set };
  });
}

/**
 * Naive-Bayes scaling (Wang and Manning 2012): a row counts by how unevenly it falls on spam and the rest, so that decay wears down what is
 * common to both first.
 */
function unevenness(train: readonly Labelled[]): Float32Array {
  const counts = [new Float64Array(FIT.rows).fill(UNSEEN), new Float64Array(FIT.rows).fill(UNSEEN)];
  for (const { rows, label, weight } of train) for (const row of rows) ((counts[label] as Float64Array)[row] as number) += weight;
  const [ham, spam] = counts as [Float64Array, Float64Array];
  const ratio = spam.reduce((a, b) => a + b) / ham.reduce((a, b) => a + b);
  return Float32Array.from(spam, (count, row) => Math.abs(Math.log(count / (ham[row] ?? 1) / ratio)) + EVEN);
}

function trained(train: readonly Labelled[]): Logistic {
  const scale = unevenness(train);
  const scaled = train.map((sample) => ({
    ...sample,
    values: sample.values.map((value, i) => value * (scale[sample.rows[i] ?? 0] ?? 1)),
  }));
  return fitLogistic(scaled, FIT).map((weight, row) => weight * (scale[row] ?? 1));
}

/** The model as it ships: the constant is none of the table's. */
function rounded(weights: Logistic) {
  const table = quantise(weights.subarray(0, FIT.rows), LEAST);
  const bias = weights[FIT.rows] ?? 0;
  return { ...table, bias, weights: Float64Array.from([...shipped(table), bias]) };
}

/** F1 and false-positive rate of what reaches the threshold. */
function figures(gold: readonly boolean[], scores: readonly number[], threshold: number) {
  const flagged = scores.map((score) => score >= threshold);
  const hits = flagged.filter((flag, i) => flag && gold[i]).length;
  const wrong = flagged.filter((flag, i) => flag && !gold[i]).length;
  const spam = gold.filter(Boolean).length;
  return { f1: (2 * hits) / (hits + wrong + spam), rate: wrong / (gold.length - spam) };
}

const samples = Object.entries(SET_WEIGHTS).flatMap(([set, weight]) => read(folder, set, weight));
const rounds = Array.from({ length: ROUNDS }, (_, round) => {
  const fold = ({ place }: Labelled) => Math.floor(place / FOLDS ** round) % FOLDS;
  const models = Array.from(
    { length: FOLDS },
    (_, held) => rounded(trained(samples.filter((sample) => fold(sample) !== held))).weights,
  );
  return samples.map((sample) => ({ ...sample, score: oddsOf(models[fold(sample)] as Logistic, sample) }));
});
const pooled = rounds.flat().filter(({ set }) => set === "spam-crypto");
const { threshold } = atFalsePositiveRate(
  FALSE_POSITIVES,
  pooled.map(({ spam }) => spam),
  pooled.map(({ score }) => score),
);
for (const round of rounds) {
  for (const [set, rows] of Map.groupBy(round, (sample) => sample.set)) {
    const gold = rows.map(({ spam }) => spam);
    const scores = rows.map(({ score }) => score);
    const { f1, rate } = figures(gold, scores, threshold);
    const own = atFalsePositiveRate(0.02, gold, scores);
    console.log(`${set}: held-out F1 ${f1.toFixed(4)} at FPR ${rate.toFixed(4)}; at its own 2 % ${own.f1.toFixed(4)}`);
  }
}
const model = rounded(trained(samples));
const table = packTable(model.cells);
console.log(`${gzipSync(table).length} bytes gz, step ${model.step.toFixed(4)}`);
writeFileSync(
  new URL("../../src/filter/weights/spam.ts", import.meta.url),
  `/** Written by scripts/train/spam.ts; not for reading. */
import type { SpamModel } from "../spam.ts";

export const SPAM_WEIGHTS: SpamModel = {
  bias: ${(model.bias - threshold).toFixed(5)},
  step: ${model.step.toFixed(6)},
  table: ${JSON.stringify(table)},
};
`,
);
