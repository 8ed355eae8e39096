/**
 * Trains src/text/spam/weights/spam.ts: two logistic regressions over hashed words, pairs of words,
 * character n-grams and the shape of the post, one for the spam of posts, one for that of text
 * messages and video comments.
 *
 *   node models/train/spam.ts DATA_DIR
 *
 * DATA_DIR holds spam-crypto.jsonl, spam-sms.jsonl and spam-youtube.jsonl with {text, spam}. Prints
 * the figures of 5-fold cross-validation, three times over with other folds, in which texts that
 * begin alike share a fold. Thresholds are put where the false-positive rate of the held-out posts,
 * all scores of all rounds together, is MESSAGE_FALSE_POSITIVES for the second model alone and
 * FALSE_POSITIVES for both together. Deterministic.
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { packTable } from "../../src/text/hashing/sparse-matrix.ts";
import { readSpam, SPAM_BITS } from "../../src/text/spam/features.ts";
import { atFalsePositiveRate, type Sample } from "./linear.ts";
import { fitLogistic, type Logistic, oddsOf } from "./logistic.ts";
import { quantise, shipped } from "./quantise.ts";
import { foldOf, readRows } from "./rows.ts";

type Row = { text: string; spam: boolean };
type Labelled = Omit<Sample, "weight"> & { spam: boolean; place: number; set: string };
/**
 * `weigh`: how much a text counts. Roots of weights under `least` change no decision, and ship as
 * 0.
 */
type Recipe = {
  weigh: (of: Pick<Labelled, "set" | "spam">) => number;
  strength: number;
  least: number;
};

const FOLDS = 5;
const ROUNDS = 3;
/**
 * Under the 2 % that are asked for: other posts give another rate, with a standard error of a third
 * of a percent.
 */
const FALSE_POSITIVES = 0.0185;
const MESSAGE_FALSE_POSITIVES = 0.0006;
const POSTS = "spam-crypto";
const SETS = [POSTS, "spam-sms", "spam-youtube"];
const [UNSEEN, EVEN] = [0.3, 1];
const ROWS = 1 << SPAM_BITS;
const STEPS = 40;

/** Text messages and video comments teach what spam is anywhere; posts are what is judged. */
const OF_POSTS: Recipe = {
  weigh: ({ set }) => (set === POSTS ? 1 : 0.01),
  strength: 1.5,
  least: 3,
};
/**
 * Posts show only what must not be flagged: spam among them is of another sort, and hides that of
 * messages.
 */
const OF_MESSAGES: Recipe = {
  weigh: ({ set, spam }) => (set !== POSTS ? 1 : spam ? 0 : 10),
  strength: 4,
  least: 4,
};

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node models/train/spam.ts DATA_DIR");

function read(from: string, set: string): Labelled[] {
  return readRows<Row>(from, set).map(({ text, spam }) => {
    const reading = readSpam(text);
    const { named } = reading;
    const { count } = reading.set;
    const rows = reading.set.rows.slice(0, count);
    const [word, gram] = [1 / Math.sqrt(named + 1), 1 / Math.sqrt(count - named + 1)];
    const values = Float32Array.from(rows, (_, i) => (i < named ? word : gram));
    return { rows, values, label: Number(spam), spam, place: foldOf(text, FOLDS ** ROUNDS), set };
  });
}

/**
 * Naive-Bayes scaling (Wang and Manning 2012): a row counts by how unevenly it falls on spam and
 * the rest, so that decay wears down what is common to both first.
 */
function unevenness(train: readonly Sample[]): Float32Array {
  const counts = [new Float64Array(ROWS).fill(UNSEEN), new Float64Array(ROWS).fill(UNSEEN)];
  for (const { rows, label, weight } of train)
    for (const row of rows) ((counts[label] as Float64Array)[row] as number) += weight;
  const [ham, spam] = counts as [Float64Array, Float64Array];
  const ratio = spam.reduce((a, b) => a + b) / ham.reduce((a, b) => a + b);
  return Float32Array.from(
    spam,
    (count, row) => Math.abs(Math.log(count / (ham[row] ?? 1) / ratio)) + EVEN,
  );
}

function trained(samples: readonly Labelled[], { weigh, strength }: Recipe): Logistic {
  const train = samples
    .map((sample) => ({ ...sample, weight: weigh(sample) }))
    .filter(({ weight }) => weight > 0);
  const scale = unevenness(train);
  const scaled = train.map((sample) => ({
    ...sample,
    values: sample.values.map((value, i) => value * (scale[sample.rows[i] ?? 0] ?? 1)),
  }));
  return fitLogistic(scaled, { rows: ROWS, strength, steps: STEPS }).map(
    (weight, row) => weight * (scale[row] ?? 1),
  );
}

/** The model as it ships: the constant is none of the table's. */
function modelOf(train: readonly Labelled[], recipe: Recipe) {
  const weights = trained(train, recipe);
  const table = quantise(weights.subarray(0, ROWS), recipe.least);
  const bias = weights[ROWS] ?? 0;
  return { ...table, bias, weights: Float64Array.from([...shipped(table), bias]) };
}

type Judged = { set: string; spam: boolean; post: number; message: number };

/** F1 and false-positive rate of what is flagged. */
function figures(judged: readonly Judged[], flags: (of: Judged) => boolean) {
  const flagged = judged.filter(flags);
  const hits = flagged.filter(({ spam }) => spam).length;
  const spam = judged.filter((sample) => sample.spam).length;
  return {
    f1: (2 * hits) / (flagged.length + spam),
    rate: (flagged.length - hits) / (judged.length - spam),
  };
}

const samples = SETS.flatMap((set) => read(folder, set));

/** The odds of each sample by a model that saw none of its fold. */
function heldOut(round: number, recipe: Recipe): number[] {
  const fold = ({ place }: Labelled) => Math.floor(place / FOLDS ** round) % FOLDS;
  const others = Array.from({ length: FOLDS }, (_, held) =>
    samples.filter((sample) => fold(sample) !== held),
  );
  const models = others.map((train) => modelOf(train, recipe).weights);
  return samples.map((sample) => oddsOf(models[fold(sample)] as Logistic, sample));
}

const rounds = Array.from({ length: ROUNDS }, (_, round): Judged[] => {
  const [post, message] = [heldOut(round, OF_POSTS), heldOut(round, OF_MESSAGES)];
  return samples.map(({ set, spam }, i) => ({
    set,
    spam,
    post: post[i] ?? 0,
    message: message[i] ?? 0,
  }));
});
const pooled = rounds.flat().filter(({ set }) => set === POSTS);
const gold = pooled.map(({ spam }) => spam);
const fromMessage = atFalsePositiveRate(
  MESSAGE_FALSE_POSITIVES,
  gold,
  pooled.map(({ message }) => message),
).threshold;
/** What the other model flags is flagged whatever this one's threshold. */
const fromPost = atFalsePositiveRate(
  FALSE_POSITIVES,
  gold,
  pooled.map(({ post, message }) => (message >= fromMessage ? Number.MAX_VALUE : post)),
).threshold;
for (const round of rounds) {
  for (const [set, rows] of Map.groupBy(round, (sample) => sample.set)) {
    const { f1, rate } = figures(
      rows,
      ({ post, message }) => post >= fromPost || message >= fromMessage,
    );
    const alone = figures(rows, ({ post }) => post >= fromPost);
    console.log(
      `${set}: held-out F1 ${f1.toFixed(4)} at FPR ${rate.toFixed(4)}; by the first model alone ` +
        `${alone.f1.toFixed(4)} at ${alone.rate.toFixed(4)}`,
    );
  }
}

const models = [
  { ...modelOf(samples, OF_POSTS), threshold: fromPost },
  { ...modelOf(samples, OF_MESSAGES), threshold: fromMessage },
].map(({ cells, step, bias, threshold }) => ({
  table: packTable(cells),
  step,
  bias: bias - threshold,
}));
for (const { table, step } of models)
  console.log(`${gzipSync(table).length} bytes gz, step ${step.toFixed(4)}`);
const written = models.map(
  ({ table, step, bias }) => `  {
    bias: ${bias.toFixed(5)},
    step: ${step.toFixed(6)},
    table: ${JSON.stringify(table)},
  },
`,
);
writeFileSync(
  new URL("../../src/text/spam/weights/spam.ts", import.meta.url),
  `/** Written by models/train/spam.ts; not for reading. */
import type { SpamModel } from "../model.ts";

/** Of posts; of text messages and video comments. */
export const SPAM_MODELS: readonly [SpamModel, SpamModel] = [
${written.join("")}];
`,
);
