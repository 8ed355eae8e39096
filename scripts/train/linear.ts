import { seeded, shuffle } from "./rows.ts";

/** A text as the rows of a hashed table that it touches, how much each counts, and what is to be learned: a class, or 0 and 1. */
export type Sample = { rows: Int32Array; values: Float32Array; label: number; weight: number };
export type Fit = { rows: number; classes: number; epochs: number; rate: number; decay: number };
export type Linear = { weights: Float32Array; bias: Float64Array };

/** Class scores before the softmax. */
export function scoresOf({ weights, bias }: Linear, { rows, values }: Pick<Sample, "rows" | "values">): Float64Array {
  const classes = bias.length;
  const scores = Float64Array.from(bias);
  for (let j = 0; j < rows.length; j++) {
    const at = (rows[j] ?? 0) * classes;
    for (let k = 0; k < classes; k++) scores[k] = (scores[k] ?? 0) + (weights[at + k] ?? 0) * (values[j] ?? 0);
  }
  return scores;
}

export function softmax(scores: Float64Array): Float64Array {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Softmax regression by AdaGrad with weight decay on the rows that a sample touches. Deterministic. */
export function learn(samples: readonly Sample[], { rows, classes, epochs, rate, decay }: Fit): Linear {
  const weights = new Float32Array(rows * classes);
  const squares = new Float32Array(rows * classes).fill(1e-2);
  const bias = new Float64Array(classes);
  const order = Int32Array.from(samples.keys());
  const random = seeded(1);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    const pace = rate * (1 - epoch / epochs) + rate / 50;
    for (const index of order) {
      const sample = samples[index] as Sample;
      const errors = softmax(scoresOf({ weights, bias }, sample));
      errors[sample.label] = (errors[sample.label] ?? 0) - 1;
      for (let k = 0; k < classes; k++) bias[k] = (bias[k] ?? 0) - pace * 0.05 * sample.weight * (errors[k] ?? 0);
      for (let j = 0; j < sample.rows.length; j++) {
        const at = (sample.rows[j] ?? 0) * classes;
        const value = (sample.values[j] ?? 0) * sample.weight;
        for (let k = 0; k < classes; k++) {
          const slope = (errors[k] ?? 0) * value + decay * (weights[at + k] ?? 0);
          const square = (squares[at + k] ?? 0) + slope * slope;
          squares[at + k] = square;
          weights[at + k] = (weights[at + k] ?? 0) - (pace * slope) / Math.sqrt(square);
        }
      }
    }
  }
  return { weights, bias };
}

/** Area under the ROC curve, recall and F1 at the score where the false-positive rate reaches `limit`, and that score. */
export function atFalsePositiveRate(limit: number, gold: readonly boolean[], scores: readonly number[]) {
  const order = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const positives = gold.filter(Boolean).length;
  let hits = 0;
  let misses = 0;
  let found = { f1: 0, recall: 0, threshold: 0 };
  for (const i of order) {
    if (gold[i]) hits++;
    else misses++;
    if (misses / (gold.length - positives) > limit) break;
    found = { f1: (2 * hits) / (hits + misses + positives), recall: hits / positives, threshold: scores[i] ?? 0 };
  }
  return found;
}
