import {
  ensembleScore,
  type SentimentEnsemble,
  TREE_DEPTH,
} from "../../src/text/sentiment/ensemble.ts";
import { seeded } from "./rows.ts";

export type Example = { parts: readonly number[]; score: number };
/**
 * `columns` and `share` of the parts and of the examples are drawn for each tree; `ridge` holds the
 * straight weights down, `leaf` the leaves.
 */
export type EnsembleFit = {
  trees: number;
  rate: number;
  columns: number;
  share: number;
  ridge: number;
  leaf: number;
};

const BINS = 24;
const FEWEST = 12;
const SPLITS = 2 ** TREE_DEPTH - 1;

/** Solves for ridge weights by elimination; the last part is the constant and is not held down. */
function ridge(rows: readonly number[][], goals: readonly number[], hold: number): number[] {
  const width = rows[0]?.length ?? 0;
  const system = Array.from({ length: width }, () => new Float64Array(width + 1));
  for (const [r, row] of rows.entries()) {
    for (let i = 0; i < width; i++) {
      const equation = system[i] as Float64Array;
      const each = row[i] ?? 0;
      for (let k = 0; k < width; k++) (equation[k] as number) += each * (row[k] ?? 0);
      (equation[width] as number) += each * (goals[r] ?? 0);
    }
  }
  for (let i = 0; i < width - 1; i++) ((system[i] as Float64Array)[i] as number) += hold;
  for (let i = 0; i < width; i++) {
    const equation = system[i] as Float64Array;
    for (let other = 0; other < width; other++) {
      const target = system[other] as Float64Array;
      const times = other === i ? 0 : (target[i] ?? 0) / (equation[i] || 1);
      if (times !== 0)
        for (let k = i; k <= width; k++) (target[k] as number) -= times * (equation[k] ?? 0);
    }
  }
  return system.map((equation, i) => (equation[width] ?? 0) / (equation[i] || 1));
}

/** Limits between the bins of a column: its quantiles. */
function limitsOf(column: readonly number[]): number[] {
  const sorted = column.toSorted((a, b) => a - b);
  const limits = Array.from(
    { length: BINS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)] ?? 0,
  );
  return [...new Set(limits)];
}

type Split = { column: number; limit: number; gain: number };

/** The split of these examples that takes most off the squared error. */
function bestSplit(
  members: readonly number[],
  columns: readonly number[],
  bins: readonly Uint8Array[],
  rest: Float64Array,
  hold: number,
): Split {
  let best: Split = { column: 0, limit: BINS, gain: 0 };
  const total = members.reduce((sum, i) => sum + (rest[i] ?? 0), 0);
  const worth = (sum: number, count: number) => (sum * sum) / (count + hold);
  for (const column of columns) {
    const of = bins[column] as Uint8Array;
    const [sums, counts] = [new Float64Array(BINS + 1), new Float64Array(BINS + 1)];
    for (const i of members) {
      const bin = of[i] ?? 0;
      (sums[bin] as number) += rest[i] ?? 0;
      (counts[bin] as number) += 1;
    }
    let [sum, count] = [0, 0];
    for (let limit = 1; limit < BINS; limit++) {
      sum += sums[limit - 1] ?? 0;
      count += counts[limit - 1] ?? 0;
      if (count < FEWEST || members.length - count < FEWEST) continue;
      const gain =
        worth(sum, count) +
        worth(total - sum, members.length - count) -
        worth(total, members.length);
      if (gain > best.gain) best = { column, limit, gain };
    }
  }
  return best;
}

/**
 * The straight weights by ridge regression, then boosted trees on what these miss. Deterministic.
 */
export function fitEnsemble(examples: readonly Example[], fit: EnsembleFit): SentimentEnsemble {
  const width = examples[0]?.parts.length ?? 0;
  const columns = Array.from({ length: width }, (_, k) =>
    examples.map(({ parts }) => parts[k] ?? 0),
  );
  const spread = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    return (
      Math.sqrt(column.reduce((sum, each) => sum + (each - mean) ** 2, 0) / column.length) || 1
    );
  });
  const goals = examples.map(({ score }) => score);
  const scaled = examples.map(({ parts }) => [
    ...parts.map((part, k) => part / (spread[k] ?? 1)),
    1,
  ]);
  const straight = ridge(scaled, goals, fit.ridge).map((weight, k) => weight / (spread[k] ?? 1));
  const ensemble: SentimentEnsemble = { straight, trees: [] };
  const limits = columns.map(limitsOf);
  const bins = columns.map((column, k) =>
    Uint8Array.from(column, (each) => (limits[k] ?? []).filter((limit) => each >= limit).length),
  );
  const rest = Float64Array.from(
    examples,
    ({ parts, score }) => score - ensembleScore(ensemble, parts),
  );
  const random = seeded(7);
  const trees: SentimentEnsemble["trees"][number][] = [];
  for (let tree = 0; tree < fit.trees; tree++) {
    const drawn = columns.map((_, k) => k).filter(() => random() < fit.columns);
    const nodes: number[][] = [[...examples.keys()].filter(() => random() < fit.share)];
    const grown: { columns: number[]; limits: number[]; leaves: number[] } = {
      columns: [],
      limits: [],
      leaves: [],
    };
    const chosen: Split[] = [];
    for (let node = 0; node < SPLITS; node++) {
      const members = nodes[node] ?? [];
      const split = bestSplit(members, drawn, bins, rest, fit.leaf);
      chosen.push(split);
      const of = bins[split.column] as Uint8Array;
      nodes[2 * node + 1] = members.filter((i) => (of[i] ?? 0) < split.limit);
      nodes[2 * node + 2] = members.filter((i) => (of[i] ?? 0) >= split.limit);
      grown.columns.push(split.column);
      grown.limits.push(
        split.limit < BINS ? (limits[split.column]?.[split.limit - 1] ?? Infinity) : 1e9,
      );
    }
    for (let leaf = SPLITS; leaf < 2 * SPLITS + 1; leaf++) {
      const members = nodes[leaf] ?? [];
      grown.leaves.push(
        (fit.rate * members.reduce((sum, i) => sum + (rest[i] ?? 0), 0)) /
          (members.length + fit.leaf),
      );
    }
    for (const i of examples.keys()) {
      let node = 0;
      while (node < SPLITS) {
        const split = chosen[node] as Split;
        node = 2 * node + 1 + Number(((bins[split.column] as Uint8Array)[i] ?? 0) >= split.limit);
      }
      (rest[i] as number) -= grown.leaves[node - SPLITS] ?? 0;
    }
    trees.push(grown);
  }
  return { straight, trees };
}
