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
import { gzipSync } from "node:zlib";
import { readRows } from "./rows.ts";
import {
  areaUnderCurve,
  fitStance,
  STANCE_FOLDS,
  stanceSample,
  writeStanceWeights,
} from "./stance-fit.ts";

const MOOD_WEIGHT = 0.03;

const folder = process.argv[2];
if (!folder) throw new Error("usage: node models/train/stance.ts DATA_DIR");
const OWN = new URL("../data", import.meta.url).pathname;

const talk = readRows<{ text: string; stance: string }>(folder, "stance-train").map(
  ({ text, stance }) => stanceSample(text, stance === "bullish"),
);
const mood = ["sentiment-train", "sentiment-tweeteval"].flatMap((name) =>
  readRows<{ text: string; label: string }>(folder, name)
    .filter(({ label }) => label !== "neutral")
    .map(({ text, label }) => stanceSample(text, label === "positive", MOOD_WEIGHT)),
);
const comments = readRows<{ kind: string; text: string; label: string }>(OWN, "market-sentiment")
  .filter(({ label }) => label !== "neutral")
  .map(({ kind, text, label }) => ({ ...stanceSample(text, label === "positive"), kind }));

const gold: number[] = [];
const scores: number[] = [];
for (let fold = 0; fold < STANCE_FOLDS; fold++) {
  const model = fitStance([...talk.filter((each) => each.fold !== fold), ...mood]);
  for (const sample of talk.filter((each) => each.fold === fold)) {
    gold.push(sample.label);
    scores.push(model.oddsOf(sample));
  }
  if (fold > 0) continue;
  for (const [kind, tested] of Map.groupBy(comments, (comment) => comment.kind)) {
    const area = areaUnderCurve(
      tested.map(({ label }) => label),
      tested.map((sample) => model.oddsOf(sample)),
    );
    console.log(
      `our comments on ${kind}: AUC ${area.toFixed(4)} (${tested.length}, none trained on)`,
    );
  }
}
console.log(
  `${talk.length} texts, ${STANCE_FOLDS}-fold AUC ${areaUnderCurve(gold, scores).toFixed(4)}`,
);

const { model } = fitStance([...talk, ...mood, ...comments]);
console.log(`${gzipSync(model.table).length} bytes gz`);
writeStanceWeights(model);
