import type { Sample } from "./linear.ts";

/**
 * Labels are 0 and 1. `strength` is what decay of the weights is divided by: the larger, the closer
 * the fit.
 */
export type LogisticFit = { rows: number; strength: number; steps: number };
/** The weight of each row, and at the end that of every text. */
export type Logistic = Float64Array;

const MEMORY = 6;
/** The constant is hardly held down. */
const CONSTANT_DECAY = 1e-4;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};
/** a + times * b, in place. */
function addTo(a: Float64Array, b: Float64Array, times: number): Float64Array {
  for (let i = 0; i < a.length; i++) (a[i] as number) += times * (b[i] ?? 0);
  return a;
}

export function oddsOf(
  weights: Logistic,
  { rows, values }: Pick<Sample, "rows" | "values">,
): number {
  let sum = weights[weights.length - 1] ?? 0;
  for (let i = 0; i < rows.length; i++)
    sum += (weights[rows[i] as number] ?? 0) * (values[i] as number);
  return sum;
}

/** The loss, and its slope in each weight. */
function lossOf(
  weights: Logistic,
  samples: readonly Sample[],
  { rows, strength }: LogisticFit,
): { loss: number; slopes: Float64Array } {
  const slopes = weights.map((weight, i) =>
    i < rows ? weight / strength : weight * CONSTANT_DECAY,
  );
  let loss = dot(weights, slopes) / 2;
  for (const sample of samples) {
    const side = sample.label === 1 ? 1 : -1;
    const margin = side * oddsOf(weights, sample);
    loss += sample.weight * (Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin));
    const slope = (-side * sample.weight) / (1 + Math.exp(margin));
    (slopes[rows] as number) += slope;
    for (let i = 0; i < sample.rows.length; i++)
      (slopes[sample.rows[i] as number] as number) += slope * (sample.values[i] as number);
  }
  return { loss, slopes };
}

type Move = { step: Float64Array; turn: Float64Array; bend: number };

/**
 * The slopes as the last moves bend them (Nocedal 1980): a step along the answer's opposite leads
 * down.
 */
function directionOf(slopes: Float64Array, moves: readonly Move[]): Float64Array {
  const way = slopes.slice();
  const shares = new Map<Move, number>();
  for (const move of moves.toReversed()) {
    const share = dot(move.step, way) / move.bend;
    shares.set(move, share);
    addTo(way, move.turn, -share);
  }
  const last = moves.at(-1);
  const scale = last ? last.bend / dot(last.turn, last.turn) : 1 / Math.sqrt(dot(slopes, slopes));
  for (let i = 0; i < way.length; i++) (way[i] as number) *= scale;
  for (const move of moves)
    addTo(way, move.step, (shares.get(move) ?? 0) - dot(move.turn, way) / move.bend);
  return way;
}

/** Logistic regression with decay of the weights, by L-BFGS. Deterministic. */
export function fitLogistic(samples: readonly Sample[], fit: LogisticFit): Logistic {
  let weights: Logistic = new Float64Array(fit.rows + 1);
  let at = lossOf(weights, samples, fit);
  const moves: Move[] = [];
  for (let i = 0; i < fit.steps; i++) {
    const way = directionOf(at.slopes, moves);
    const fall = dot(at.slopes, way);
    let pace = 1;
    let next = addTo(weights.slice(), way, -pace);
    let there = lossOf(next, samples, fit);
    while (there.loss > at.loss - 1e-4 * pace * fall && pace > 1e-3) {
      pace /= 2;
      next = addTo(weights.slice(), way, -pace);
      there = lossOf(next, samples, fit);
    }
    if (at.loss - there.loss < 1e-4 * at.loss) break;
    const move = {
      step: addTo(next.slice(), weights, -1),
      turn: addTo(there.slopes.slice(), at.slopes, -1),
    };
    const bend = dot(move.step, move.turn);
    if (bend > 1e-10) moves.push({ ...move, bend });
    if (moves.length > MEMORY) moves.shift();
    weights = next;
    at = there;
  }
  return weights;
}
