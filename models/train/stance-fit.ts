import { writeFileSync } from "node:fs";
import { packTable } from "../../src/text/hashing/sparse-matrix.ts";
import { readSentiment, SENTIMENT_BITS } from "../../src/text/sentiment/features.ts";
import type { StanceModel } from "../../src/text/stance/model.ts";
import { type Fit, learn, type Sample, scoresOf } from "./linear.ts";
import { quantise, shipped } from "./quantise.ts";
import { foldOf } from "./rows.ts";

export const STANCE_FOLDS = 5;
const FIT: Fit = { rows: 1 << SENTIMENT_BITS, classes: 2, epochs: 4, rate: 0.1, decay: 3e-4 };
/** Weights kept: what the size of the Worker allows. */
const KEPT = 60_000;

/** `label` 1: bullish. `fold`: near-copies share one. */
export type StanceSample = Sample & { fold: number };

export function stanceSample(text: string, isBullish: boolean, weight = 1): StanceSample {
  const { set } = readSentiment(text);
  return {
    rows: set.rows.slice(0, set.count),
    values: new Float32Array(set.count).fill(1 / Math.sqrt(set.count + 1)),
    label: Number(isBullish),
    weight,
    fold: foldOf(text, STANCE_FOLDS),
  };
}

/** A regression whose weights are rounded as they ship: one a row, the largest alone. */
export type StanceFit = { model: StanceModel; oddsOf(sample: Sample): number };

export function fitStance(train: readonly Sample[]): StanceFit {
  const { weights, bias } = learn(train, FIT);
  const odds = Float64Array.from(
    { length: FIT.rows },
    (_, row) => (weights[2 * row + 1] ?? 0) - (weights[2 * row] ?? 0),
  );
  const floor = odds.map(Math.abs).toSorted().at(-KEPT) ?? 0;
  const table = quantise(odds, 1, (at) => Math.abs(odds[at] ?? 0) >= floor);
  const lead = (bias[1] ?? 0) - (bias[0] ?? 0);
  const linear = { weights: Float32Array.from(shipped(table)), bias: Float64Array.of(lead) };
  return {
    model: { step: table.step, bias: lead, table: packTable(table.cells) },
    oddsOf: (sample) => scoresOf(linear, sample)[0] ?? 0,
  };
}

/** The share of pairs of a 1 and a 0 in `gold` of which the 1 scores higher; ties count half. */
export function areaUnderCurve(gold: readonly number[], scores: readonly number[]): number {
  const order = [...scores.keys()].sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [ranks, positives, from] = [0, 0, 0];
  while (from < order.length) {
    const score = scores[order[from] ?? 0];
    let to = from;
    while (to < order.length && scores[order[to] ?? 0] === score) to++;
    for (let at = from; at < to; at++) {
      if (gold[order[at] ?? 0] !== 1) continue;
      ranks += (from + to + 1) / 2;
      positives++;
    }
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (gold.length - positives));
}

const WEIGHTS = new URL("../../src/text/stance/weights/stance.ts", import.meta.url);

export function writeStanceWeights({ step, bias, table }: StanceModel): void {
  writeFileSync(
    WEIGHTS,
    `/** Written by models/train/stance.ts; not for reading. */
import type { StanceModel } from "../model.ts";

export const STANCE_WEIGHTS: StanceModel = {
  step: ${step.toPrecision(6)},
  bias: ${bias.toFixed(5)},
  table: ${JSON.stringify(table)},
};
`,
  );
}
