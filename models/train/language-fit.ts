import type { SparseCell } from "../../src/text/hashing/sparse-rows.ts";
import type { Step } from "./language-draw.ts";

/**
 * Weights of each feature as (column, weight) pairs, so that the same code learns the full table
 * and the few cells that ship.
 */
type Cells = { starts: Uint32Array; columns: Uint8Array; weights: Float32Array };
/**
 * `squares` is AdaGrad's accumulator, one a feature. With a `grain`, scores are made of weights in
 * whole grains, as they will ship, while the weights themselves go on learning.
 */
export type Fit = { cells: Cells; squares: Float32Array; width: number; grain: number };
/** The largest weight, in grains. */
const MOST = 12;

const scores = new Float64Array(256);
const active = new Int32Array(1 << 14);

export function freshFit(features: number, width: number): Fit {
  const cells = {
    starts: Uint32Array.from({ length: features + 1 }, (_, feature) => feature * width),
    columns: Uint8Array.from({ length: features * width }, (_, at) => at % width),
    weights: new Float32Array(features * width),
  };
  return { cells, squares: new Float32Array(features).fill(1e-3), width, grain: 0 };
}

const grains = (weight: number, grain: number) =>
  Math.max(-MOST, Math.min(MOST, Math.round(weight / grain)));

/** Sums the weights of the first `count` active features into `scores`. */
function sumUp({ cells: { starts, columns, weights }, width, grain }: Fit, count: number): void {
  scores.fill(0, 0, width);
  for (let j = 0; j < count; j++) {
    const feature = active[j] as number;
    const end = starts[feature + 1] as number;
    for (let at = starts[feature] as number; at < end; at++) {
      const weight = weights[at] as number;
      (scores[columns[at] as number] as number) +=
        grain === 0 ? weight : grains(weight, grain) * grain;
    }
  }
}

/**
 * Makes `scores` the errors of a softmax of `scale` times them; answers the sum of the squared
 * errors.
 */
function errors(width: number, scale: number, label: number): number {
  let top = -Infinity;
  for (let k = 0; k < width; k++) top = Math.max(top, scores[k] as number);
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const power = Math.exp(((scores[k] as number) - top) * scale);
    scores[k] = power;
    sum += power;
  }
  let squared = 0;
  for (let k = 0; k < width; k++) {
    const error = (scores[k] as number) / sum - Number(k === label);
    scores[k] = error;
    squared += error * error;
  }
  return squared;
}

/** What is too little to learn from. */
const RIGHT_ALREADY = 1e-4;

export type Learning = {
  ofWord: readonly Int32Array[];
  rate: number;
  drop: number;
  random: () => number;
};

/**
 * One step of softmax regression; `drop` of the n-grams are left out, so that none is relied on
 * alone.
 */
export function learn(
  fit: Fit,
  { words, from, to, label, tagged }: Step,
  { ofWord, rate, drop, random }: Learning,
): void {
  const { cells, squares, width } = fit;
  const { starts, columns, weights } = cells;
  let count = 0;
  active[count++] = 0;
  if (tagged) active[count++] = 1;
  for (let w = from; w < to; w++) {
    const features = ofWord[words[w] as number] as Int32Array;
    for (let j = 0; j < features.length; j++)
      if (random() >= drop) active[count++] = features[j] as number;
  }
  const scale = 1 / Math.sqrt(count);
  sumUp(fit, count);
  const squared = errors(width, scale, label);
  if (squared < RIGHT_ALREADY) return;
  for (let j = 0; j < count; j++) {
    const feature = active[j] as number;
    const square = (squares[feature] as number) + squared * scale * scale;
    squares[feature] = square;
    const pace = (rate * scale) / Math.sqrt(square);
    const end = starts[feature + 1] as number;
    for (let at = starts[feature] as number; at < end; at++)
      (weights[at] as number) -= pace * (scores[columns[at] as number] as number);
  }
}

/** The label with the best score. */
export function answer(
  fit: Fit,
  words: Int32Array,
  { tagged, ofWord }: { tagged: boolean; ofWord: readonly Int32Array[] },
): number {
  let count = 0;
  active[count++] = 0;
  if (tagged) active[count++] = 1;
  for (const word of words)
    for (const feature of ofWord[word] as Int32Array) active[count++] = feature;
  sumUp(fit, count);
  let best = 0;
  for (let k = 1; k < fit.width; k++)
    if ((scores[k] as number) > (scores[best] as number)) best = k;
  return best;
}

/**
 * Makes each feature's median weight 0: adding the same to all its cells changes no answer, and so
 * most of them are near 0.
 */
function centre({ starts, weights }: Cells): void {
  for (let feature = 0; feature + 1 < starts.length; feature++) {
    const own = weights.subarray(starts[feature], starts[feature + 1]);
    const median = own.slice().sort()[own.length >> 1] ?? 0;
    for (let i = 0; i < own.length; i++) (own[i] as number) -= median;
  }
}

/** Cells looked at to find where to cut. */
const SAMPLING = 5;

/**
 * Keeps about `keep` cells: those with the largest weights, times how much a weight of their
 * feature counts.
 */
export function prune(fit: Fit, keep: number, importance: Float32Array): Fit {
  const { starts, columns, weights } = fit.cells;
  if (weights.length === (starts.length - 1) * fit.width) centre(fit.cells);
  const worth = new Float32Array(weights.length);
  for (let feature = 0; feature < importance.length; feature++) {
    const end = starts[feature + 1] as number;
    for (let at = starts[feature] as number; at < end; at++)
      worth[at] = Math.abs(weights[at] as number) * (importance[feature] as number);
  }
  const sampled = worth.filter((_, at) => at % SAMPLING === 0).sort();
  const floor = sampled[Math.max(0, sampled.length - Math.floor(keep / SAMPLING))] ?? 0;
  const kept = {
    starts: new Uint32Array(starts.length),
    columns: new Uint8Array(weights.length),
    weights: new Float32Array(weights.length),
  };
  let to = 0;
  for (let feature = 0; feature < importance.length; feature++) {
    const end = starts[feature + 1] as number;
    for (let at = starts[feature] as number; at < end; at++) {
      if ((worth[at] as number) < floor) continue;
      kept.columns[to] = columns[at] as number;
      kept.weights[to++] = weights[at] as number;
    }
    kept.starts[feature + 1] = to;
  }
  return {
    ...fit,
    cells: { ...kept, columns: kept.columns.slice(0, to), weights: kept.weights.slice(0, to) },
  };
}

/** Sets the grain so that 98 % of the weights are at most `steps` grains. */
export function grained(fit: Fit, steps: number): Fit {
  const sizes = fit.cells.weights.map(Math.abs).sort();
  return { ...fit, grain: (sizes[Math.floor(sizes.length * 0.98)] ?? 1) / steps };
}

/** The cells of a feature that are not 0, in grains. */
export function cellsOf(
  { cells: { starts, columns, weights }, grain }: Fit,
  feature: number,
): SparseCell[] {
  const cells: SparseCell[] = [];
  for (let at = starts[feature] as number; at < (starts[feature + 1] as number); at++) {
    const value = grains(weights[at] as number, grain);
    if (value !== 0) cells.push([columns[at] as number, value]);
  }
  return cells;
}
