import { type Blend, standard } from "../../src/refine/blend.ts";
import { seeded, shuffle } from "./rows.ts";

export type Example = { parts: readonly number[]; score: number };
/** `nets` networks of `units` units each are averaged: each began elsewhere, and their errors differ. `decay` holds the units' weights down. */
export type NetworkFit = { nets: number; units: number; epochs: number; rate: number; decay: number };

const BATCH = 16;
const [KEEP, KEEP_SQUARE] = [0.9, 0.999];

/** Adam (Kingma and Ba 2014) over one vector of weights. */
function adam(size: number) {
  const [means, squares] = [new Float64Array(size), new Float64Array(size)];
  let steps = 0;
  return (weights: Float64Array, slopes: Float64Array, rate: number) => {
    steps++;
    const pace = (rate * Math.sqrt(1 - KEEP_SQUARE ** steps)) / (1 - KEEP ** steps);
    for (let i = 0; i < size; i++) {
      const slope = slopes[i] ?? 0;
      const mean = KEEP * (means[i] ?? 0) + (1 - KEEP) * slope;
      const square = KEEP_SQUARE * (squares[i] ?? 0) + (1 - KEEP_SQUARE) * slope * slope;
      means[i] = mean;
      squares[i] = square;
      weights[i] = (weights[i] ?? 0) - (pace * mean) / (Math.sqrt(square) + 1e-8);
    }
  };
}

/** One network as a vector: each unit's weights and constant, the units' own weights, the straight weights and the constant. */
function fitOne(inputs: readonly number[][], goals: readonly number[], fit: NetworkFit, seed: number): Float64Array {
  const width = inputs[0]?.length ?? 0;
  const row = width + 1;
  const random = seeded(seed);
  const outAt = fit.units * row;
  const straightAt = outAt + fit.units;
  const weights = Float64Array.from({ length: straightAt + row }, (_, i) =>
    i < straightAt ? (random() - 0.5) / Math.sqrt(width) : 0,
  );
  const slopes = new Float64Array(weights.length);
  const step = adam(weights.length);
  const order = Int32Array.from(inputs.keys());
  const heights = new Float64Array(fit.units);
  const learnFrom = (parts: readonly number[], goal: number) => {
    let answer = weights[straightAt + width] ?? 0;
    for (let k = 0; k < width; k++) answer += (weights[straightAt + k] ?? 0) * (parts[k] ?? 0);
    for (let unit = 0; unit < fit.units; unit++) {
      const at = unit * row;
      let sum = weights[at + width] ?? 0;
      for (let k = 0; k < width; k++) sum += (weights[at + k] ?? 0) * (parts[k] ?? 0);
      heights[unit] = Math.tanh(sum);
      answer += (weights[outAt + unit] ?? 0) * (heights[unit] ?? 0);
    }
    const error = (answer - goal) / BATCH;
    for (let k = 0; k < width; k++) (slopes[straightAt + k] as number) += error * (parts[k] ?? 0);
    (slopes[straightAt + width] as number) += error;
    for (let unit = 0; unit < fit.units; unit++) {
      const height = heights[unit] ?? 0;
      (slopes[outAt + unit] as number) += error * height;
      const back = error * (weights[outAt + unit] ?? 0) * (1 - height * height);
      const at = unit * row;
      for (let k = 0; k < width; k++) (slopes[at + k] as number) += back * (parts[k] ?? 0);
      (slopes[at + width] as number) += back;
    }
  };
  for (let epoch = 0; epoch < fit.epochs; epoch++) {
    shuffle(order, random);
    const rate = fit.rate * (1 - epoch / fit.epochs);
    for (let from = 0; from < order.length; from += BATCH) {
      for (let i = 0; i < weights.length; i++) slopes[i] = (weights[i] ?? 0) * fit.decay;
      for (const index of order.subarray(from, from + BATCH)) learnFrom(inputs[index] ?? [], goals[index] ?? 0);
      step(weights, slopes, rate);
    }
  }
  return weights;
}

/** Fits the blend by least squares. Deterministic. */
export function fitBlend(examples: readonly Example[], fit: NetworkFit): Blend {
  const width = examples[0]?.parts.length ?? 0;
  const columns = Array.from({ length: width }, (_, k) => examples.map(({ parts }) => parts[k] ?? 0));
  const means = columns.map((column) => column.reduce((a, b) => a + b, 0) / column.length);
  const scales = columns.map(
    (column, k) => Math.sqrt(column.reduce((sum, each) => sum + (each - (means[k] ?? 0)) ** 2, 0) / column.length) || 1,
  );
  const inputs = examples.map(({ parts }) => standard({ means, scales }, parts));
  const goals = examples.map(({ score }) => score);
  const nets = Array.from({ length: fit.nets }, (_, seed) => fitOne(inputs, goals, fit, seed + 1));
  const row = width + 1;
  const straights = nets.map((net) => [...net.subarray(fit.units * (row + 1))]);
  return {
    means,
    scales,
    units: nets.flatMap((net) => Array.from({ length: fit.units }, (_, unit) => [...net.subarray(unit * row, (unit + 1) * row)])),
    out: nets.flatMap((net) => [...net.subarray(fit.units * row, fit.units * (row + 1))].map((each) => each / fit.nets)),
    straight: Array.from({ length: row }, (_, k) => straights.reduce((sum, straight) => sum + (straight[k] ?? 0), 0) / fit.nets),
  };
}
