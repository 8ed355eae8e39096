/**
 * Trains src/text/sentiment/weights/languages.ts: a three-class softmax regression over hashed
 * words and n-grams, one for all languages beside English that it rates.
 *
 *   node models/train/sentiment-languages.ts DATA_DIR
 *
 * DATA_DIR holds sentiment-languages-train.jsonl {text, label, language}. Prints macro-F1 of 5-fold
 * cross-validation for each language. A language below .50 is left out. Deterministic.
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { packTable } from "../../src/text/hashing/sparse-matrix.ts";
import { readSentiment, SENTIMENT_BITS } from "../../src/text/sentiment/features.ts";
import { SENTIMENT_LABELS } from "../../src/text/sentiment/sentiment.ts";
import { type Fit, type Linear, learn, type Sample, scoresOf } from "./linear.ts";
import { quantise, shipped } from "./quantise.ts";
import { foldOf, readRows } from "./rows.ts";

const FOLDS = 5;
const FIT: Fit = { rows: 1 << SENTIMENT_BITS, classes: 3, epochs: 5, rate: 0.1, decay: 1e-4 };
/** Weights kept: what the size of the Worker allows. */
const KEPT = 70_000;
const LEAST_F1 = 0.5;

type Labelled = Sample & { fold: number; language: string };

const folder = process.argv[2];
if (!folder) throw new Error("usage: node models/train/sentiment-languages.ts DATA_DIR");
const samples = readRows<{ text: string; label: string; language: string }>(
  folder,
  "sentiment-languages-train",
).map(({ text, label, language }): Labelled => {
  const { set } = readSentiment(text);
  return {
    rows: set.rows.slice(0, set.count),
    values: new Float32Array(set.count).fill(1 / Math.sqrt(set.count + 1)),
    label: (SENTIMENT_LABELS as readonly string[]).indexOf(label),
    weight: 1,
    fold: foldOf(text.replace(/https?:\S+|@\S+/g, ""), FOLDS),
    language,
  };
});

function rounded({ weights, bias }: Linear) {
  const floor = weights.map(Math.abs).toSorted().at(-KEPT) ?? 0;
  const table = quantise(weights, 1, (at) => Math.abs(weights[at] ?? 0) >= floor);
  return { ...table, weights: Float32Array.from(shipped(table)), bias };
}

function macroF1(pairs: readonly (readonly [gold: number, said: number])[]): number {
  const per = SENTIMENT_LABELS.map((_, k) => {
    const hits = pairs.filter(([gold, said]) => gold === k && said === k).length;
    const gold = pairs.filter((pair) => pair[0] === k).length;
    return (2 * hits) / (gold + pairs.filter((pair) => pair[1] === k).length) || 0;
  });
  return per.reduce((a, b) => a + b) / per.length;
}

const judged: { language: string; pair: [number, number] }[] = [];
for (let fold = 0; fold < FOLDS; fold++) {
  const model = rounded(
    learn(
      samples.filter((sample) => sample.fold !== fold),
      FIT,
    ),
  );
  for (const sample of samples.filter((each) => each.fold === fold)) {
    const scores = scoresOf(model, sample);
    const said = scores.indexOf(Math.max(...scores));
    judged.push({ language: sample.language, pair: [sample.label, said] });
  }
}
const languages: string[] = [];
for (const [language, rows] of Map.groupBy(judged, (row) => row.language)) {
  const f1 = macroF1(rows.map(({ pair }) => pair));
  const kept = f1 >= LEAST_F1;
  if (kept) languages.push(language);
  console.log(`${language}: held-out macro-F1 ${f1.toFixed(3)}${kept ? "" : ", left out"}`);
}

const model = rounded(
  learn(
    samples.filter(({ language }) => languages.includes(language)),
    FIT,
  ),
);
const table = packTable(model.cells);
console.log(`${gzipSync(table).length} bytes gz`);
writeFileSync(
  new URL("../../src/text/sentiment/weights/languages.ts", import.meta.url),
  `/** Written by models/train/sentiment-languages.ts; not for reading. */
import type { LanguageSentimentModel } from "../model.ts";

export const LANGUAGE_SENTIMENT_WEIGHTS: LanguageSentimentModel = {
  languages: ${JSON.stringify(languages.toSorted())},
  step: ${model.step.toPrecision(6)},
  bias: ${JSON.stringify([...model.bias].map((each) => Number(each.toPrecision(5))))},
  table: ${JSON.stringify(table)},
};
`,
);
