import { writeFileSync } from "node:fs";
import { SENTIMENT_BITS, type SentimentReading } from "../../src/text/sentiment/features.ts";
import type { SentimentModel } from "../../src/text/sentiment/model.ts";
import { SENTIMENT_LABELS } from "../../src/text/sentiment/sentiment.ts";
import type { Fit, Sample } from "./linear.ts";

export const SENTIMENT_FIT: Fit = {
  rows: 1 << SENTIMENT_BITS,
  classes: SENTIMENT_LABELS.length,
  epochs: 5,
  rate: 0.1,
  decay: 1e-4,
};

export const sentimentInputs = ({
  set,
}: SentimentReading): Pick<Sample, "rows"> & Pick<Sample, "values"> => ({
  rows: set.rows.slice(0, set.count),
  values: new Float32Array(set.count).fill(1 / Math.sqrt(set.count + 1)),
});

/** The mean F1 of the labels, by their columns. A label that nowhere stands counts 0. */
export function labelF1(gold: readonly number[], predicted: readonly number[]): number {
  const per = SENTIMENT_LABELS.map((_, k) => {
    const hits = gold.filter((label, i) => label === k && predicted[i] === k).length;
    const all = gold.filter((label) => label === k).length;
    return (2 * hits) / (all + predicted.filter((label) => label === k).length) || 0;
  });
  return per.reduce((a, b) => a + b) / per.length;
}

const WEIGHTS = new URL("../../src/text/sentiment/weights/sentiment.ts", import.meta.url);
const short = (_: string, value: unknown) =>
  typeof value === "number" ? Number(value.toPrecision(5)) : value;

export function writeSentimentWeights(model: SentimentModel): void {
  const { step, bias, ensemble, residuals, table } = model;
  writeFileSync(
    WEIGHTS,
    `/** Written by models/train/sentiment.ts; not for reading. */
import type { SentimentModel } from "../model.ts";

export const SENTIMENT_WEIGHTS: SentimentModel = {
  step: ${step.toFixed(6)},
  bias: ${JSON.stringify(bias, short)},
  ensemble: ${JSON.stringify(ensemble, short)},
  residuals: { step: ${residuals.step.toPrecision(5)}, table: ${JSON.stringify(residuals.table)} },
  table: ${JSON.stringify(table)},
};
`,
  );
}
