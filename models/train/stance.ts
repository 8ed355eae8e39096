/**
 * Trains src/text/stance/weights/stance.ts: logistic regression for bullish against bearish, over
 * the features of the sentiment.
 *
 *   node models/train/stance.ts DATA_DIR
 *
 * DATA_DIR holds stance-train.jsonl {text, stance}, sentiment-train.jsonl and
 * sentiment-tweeteval.jsonl {text, label}, whose good and bad texts count a little. Our own
 * comments on markets (models/data/market-sentiment.jsonl) train what ships, and test a model that
 * never saw them. Prints the area under the ROC curve of 5-fold cross-validation. Deterministic.
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { packTable } from "../../src/text/hashing/sparse-matrix.ts";
import { readSentiment, SENTIMENT_BITS } from "../../src/text/sentiment/features.ts";
import { type Fit, learn, type Sample, scoresOf } from "./linear.ts";
import { quantise, shipped } from "./quantise.ts";
import { foldOf, readRows } from "./rows.ts";

const FOLDS = 5;
const FIT: Fit = { rows: 1 << SENTIMENT_BITS, classes: 2, epochs: 4, rate: 0.1, decay: 3e-4 };
const MOOD_WEIGHT = 0.03;
/** Weights kept: what the size of the Worker allows. */
const KEPT = 60_000;

const folder = process.argv[2];
if (!folder) throw new Error("usage: node models/train/stance.ts DATA_DIR");
const OWN = new URL("../data", import.meta.url).pathname;
type Labelled = Sample & { fold: number };

function labelled(text: string, isBullish: boolean, weight = 1): Labelled {
  const { set } = readSentiment(text);
  return {
    rows: set.rows.slice(0, set.count),
    values: new Float32Array(set.count).fill(1 / Math.sqrt(set.count + 1)),
    label: Number(isBullish),
    weight,
    fold: foldOf(text, FOLDS),
  };
}

/** As it ships: one rounded weight a row, the largest alone. */
function rounded(train: readonly Sample[]) {
  const { weights, bias } = learn(train, FIT);
  const odds = Float64Array.from(
    { length: FIT.rows },
    (_, row) => (weights[2 * row + 1] ?? 0) - (weights[2 * row] ?? 0),
  );
  const floor = odds.map(Math.abs).toSorted().at(-KEPT) ?? 0;
  const table = quantise(odds, 1, (at) => Math.abs(odds[at] ?? 0) >= floor);
  return { ...table, odds: shipped(table), bias: (bias[1] ?? 0) - (bias[0] ?? 0) };
}

const oddsOf = ({ odds, bias }: ReturnType<typeof rounded>, sample: Sample): number =>
  scoresOf({ weights: Float32Array.from(odds), bias: Float64Array.of(bias) }, sample)[0] ?? 0;

/** The share of pairs of a bullish and a bearish text in which the bullish one scores higher. */
function areaUnderCurve(gold: readonly number[], scores: readonly number[]): number {
  const order = [...scores.keys()].sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const positives = gold.filter((label) => label === 1).length;
  const ranks = order.reduce((sum, index, rank) => sum + (gold[index] === 1 ? rank + 1 : 0), 0);
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (gold.length - positives));
}

const talk = readRows<{ text: string; stance: string }>(folder, "stance-train").map(
  ({ text, stance }) => labelled(text, stance === "bullish"),
);
const mood = ["sentiment-train", "sentiment-tweeteval"].flatMap((name) =>
  readRows<{ text: string; label: string }>(folder, name)
    .filter(({ label }) => label !== "neutral")
    .map(({ text, label }) => labelled(text, label === "positive", MOOD_WEIGHT)),
);
const comments = readRows<{ kind: string; text: string; label: string }>(OWN, "market-sentiment")
  .filter(({ label }) => label !== "neutral")
  .map(({ kind, text, label }) => ({ ...labelled(text, label === "positive"), kind }));

const gold: number[] = [];
const scores: number[] = [];
for (let fold = 0; fold < FOLDS; fold++) {
  const model = rounded([...talk.filter((each) => each.fold !== fold), ...mood]);
  for (const sample of talk.filter((each) => each.fold === fold)) {
    gold.push(sample.label);
    scores.push(oddsOf(model, sample));
  }
  if (fold > 0) continue;
  for (const [kind, tested] of Map.groupBy(comments, (comment) => comment.kind)) {
    const area = areaUnderCurve(
      tested.map(({ label }) => label),
      tested.map((sample) => oddsOf(model, sample)),
    );
    console.log(
      `our comments on ${kind}: AUC ${area.toFixed(4)} (${tested.length}, none trained on)`,
    );
  }
}
console.log(`${talk.length} texts, ${FOLDS}-fold AUC ${areaUnderCurve(gold, scores).toFixed(4)}`);

const model = rounded([...talk, ...mood, ...comments]);
const table = packTable(model.cells);
console.log(`${gzipSync(table).length} bytes gz`);
writeFileSync(
  new URL("../../src/text/stance/weights/stance.ts", import.meta.url),
  `/** Written by models/train/stance.ts; not for reading. */
import type { StanceModel } from "../model.ts";

export const STANCE_WEIGHTS: StanceModel = {
  step: ${model.step.toPrecision(6)},
  bias: ${model.bias.toFixed(5)},
  table: ${JSON.stringify(table)},
};
`,
);
