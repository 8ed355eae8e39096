import { seeded, shuffle } from "./rows.ts";

/**
 * A text as the rows of a hashed table that it touches, how much each counts, and what is to be
 * learned: a class, or 0 and 1.
 */
export type Sample = { rows: Int32Array; values: Float32Array; label: number; weight: number };
export type Fit = { rows: number; classes: number; epochs: number; rate: number; decay: number };
export type Linear = { weights: Float32Array; bias: Float64Array };

/** Class scores before the softmax, written to `scores`. */
export function scoresOf(
  { weights, bias }: Linear,
  { rows, values }: Pick<Sample, "rows" | "values">,
  scores = new Float64Array(bias.length),
) {
  const classes = bias.length;
  scores.set(bias);
  for (let j = 0; j < rows.length; j++) {
    const at = (rows[j] as number) * classes;
    const value = values[j] as number;
    for (let k = 0; k < classes; k++) (scores[k] as number) += (weights[at + k] as number) * value;
  }
  return scores;
}

/** In place. */
export function softmax(scores: Float64Array): Float64Array {
  let top = -Infinity;
  for (let k = 0; k < scores.length; k++) top = Math.max(top, scores[k] as number);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    const power = Math.exp((scores[k] as number) - top);
    scores[k] = power;
    sum += power;
  }
  for (let k = 0; k < scores.length; k++) (scores[k] as number) /= sum;
  return scores;
}

/**
 * Softmax regression by AdaGrad with weight decay on the rows that a sample touches. Deterministic.
 * `from`: where to begin, else at zero.
 */
export function learn(
  samples: readonly Sample[],
  { rows, classes, epochs, rate, decay }: Fit,
  from?: Linear,
): Linear {
  const weights = from?.weights.slice() ?? new Float32Array(rows * classes);
  const squares = new Float32Array(rows * classes).fill(1e-2);
  const bias = from?.bias.slice() ?? new Float64Array(classes);
  const errors = new Float64Array(classes);
  const order = Int32Array.from(samples.keys());
  const random = seeded(1);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    const pace = rate * (1 - epoch / epochs) + rate / 50;
    for (const index of order) {
      const sample = samples[index] as Sample;
      softmax(scoresOf({ weights, bias }, sample, errors));
      (errors[sample.label] as number) -= 1;
      for (let k = 0; k < classes; k++)
        (bias[k] as number) -= pace * 0.05 * sample.weight * (errors[k] as number);
      for (let j = 0; j < sample.rows.length; j++) {
        const at = (sample.rows[j] as number) * classes;
        const value = (sample.values[j] as number) * sample.weight;
        for (let k = 0; k < classes; k++) {
          const weight = weights[at + k] as number;
          const slope = (errors[k] as number) * value + decay * weight;
          const square = (squares[at + k] as number) + slope * slope;
          squares[at + k] = square;
          weights[at + k] = weight - (pace * slope) / Math.sqrt(square);
        }
      }
    }
  }
  return { weights, bias };
}

/**
 * Area under the ROC curve, recall and F1 at the score where the false-positive rate reaches
 * `limit`, and that score.
 */
export function atFalsePositiveRate(
  limit: number,
  gold: readonly boolean[],
  scores: readonly number[],
) {
  const order = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const positives = gold.filter(Boolean).length;
  let hits = 0;
  let misses = 0;
  let found = { f1: 0, recall: 0, threshold: 0 };
  for (const i of order) {
    if (gold[i]) hits++;
    else misses++;
    if (misses / (gold.length - positives) > limit) break;
    found = {
      f1: (2 * hits) / (hits + misses + positives),
      recall: hits / positives,
      threshold: scores[i] ?? 0,
    };
  }
  return found;
}
