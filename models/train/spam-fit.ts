import { writeFileSync } from "node:fs";
import { packTable } from "../../src/text/hashing/sparse-matrix.ts";
import { readSpam, SPAM_BITS } from "../../src/text/spam/features.ts";
import { SPAM_WORLDS, type SpamModel, type SpamModels } from "../../src/text/spam/model.ts";
import type { Sample } from "./linear.ts";
import { fitLogistic, type Logistic } from "./logistic.ts";
import { type Quantised, quantise, shipped } from "./quantise.ts";

export type SpamSample = Omit<Sample, "weight"> & { spam: boolean };
/**
 * `weigh`: how much a text counts; 0 leaves it out. `strength`: how closely the fit follows.
 * Roots of weights under `least` change no decision, and ship as 0.
 */
export type SpamRecipe<Of> = { weigh: (of: Of) => number; strength: number; least: number };
/** The model as it ships: rounded `weights`, the constant last. */
export type SpamFit = Quantised & { bias: number; weights: Logistic };

const ROWS = 1 << SPAM_BITS;
const STEPS = 40;
const [UNSEEN, EVEN] = [0.3, 1];

/** The rows of a text, as the Worker reads it: named features and n-grams each weigh one in all. */
export function spamSample(text: string, spam: boolean): SpamSample {
  const { named, set } = readSpam(text);
  const rows = set.rows.slice(0, set.count);
  const [word, gram] = [1 / Math.sqrt(named + 1), 1 / Math.sqrt(set.count - named + 1)];
  const values = Float32Array.from(rows, (_, i) => (i < named ? word : gram));
  return { rows, values, label: Number(spam), spam };
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

export function fitSpam<Of extends SpamSample>(
  samples: readonly Of[],
  { weigh, strength, least }: SpamRecipe<Of>,
): SpamFit {
  const train = samples
    .map((sample) => ({ ...sample, weight: weigh(sample) }))
    .filter(({ weight }) => weight > 0);
  const scale = unevenness(train);
  const scaled = train.map((sample) => ({
    ...sample,
    values: sample.values.map((value, i) => value * (scale[sample.rows[i] ?? 0] ?? 1)),
  }));
  const weights = fitLogistic(scaled, { rows: ROWS, strength, steps: STEPS }).map(
    (weight, row) => weight * (scale[row] ?? 1),
  );
  const table = quantise(weights.subarray(0, ROWS), least);
  const bias = weights[ROWS] ?? 0;
  return { ...table, bias, weights: Float64Array.from([...shipped(table), bias]) };
}

/** The fit as a model whose odds are 0 at `threshold`. */
export const packSpam = ({ cells, step, bias }: SpamFit, threshold: number): SpamModel => ({
  table: packTable(cells),
  step,
  bias: bias - threshold,
});

export const SPAM_WEIGHTS = new URL("../../src/text/spam/weights/spam.ts", import.meta.url);

export function writeSpamWeights(models: SpamModels): void {
  const written = SPAM_WORLDS.map((world) => {
    const { bias, step, table } = models[world];
    return `  ${world}: {
    bias: ${bias.toFixed(5)},
    step: ${step.toFixed(6)},
    table: ${JSON.stringify(table)},
  },
`;
  });
  writeFileSync(
    SPAM_WEIGHTS,
    `/** Written by models/train/spam.ts; not for reading. */
import type { SpamModels } from "../model.ts";

export const SPAM_MODELS: SpamModels = {
${written.join("")}};
`,
  );
}
