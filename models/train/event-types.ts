/**
 * Trains src/text/event-type/weights/event-type.ts: softmax regression over hashed words and pairs
 * of words, on models/data/event-types.jsonl and event-reports.jsonl, and on trading talk, all of
 * which is mere mention.
 *
 *   node models/train/event-types.ts DATA_DIR   (stance-train.jsonl: {text})
 *
 * Prints macro-F1 of 10-fold cross-validation with the weights rounded as they ship, and how many
 * texts of held-out talk get a type. Deterministic.
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { EVENT_TYPES, type EventType } from "../../src/model/scalars.ts";
import { likeliestType } from "../../src/text/event-type/event-type.ts";
import {
  distinctRows,
  EVENT_TYPE_BITS,
  readEventType,
} from "../../src/text/event-type/features.ts";
import { reportShare } from "../../src/text/event-type/hedge.ts";
import { MAX_CELL, packTable } from "../../src/text/hashing/sparse-matrix.ts";
import { type Fit, type Linear, learn, type Sample, scoresOf } from "./linear.ts";
import { foldOf, readRows } from "./rows.ts";

const FOLDS = 10;
const FIT: Fit = {
  rows: 1 << EVENT_TYPE_BITS,
  classes: EVENT_TYPES.length,
  epochs: 60,
  rate: 0.3,
  decay: 0.0001,
};

/** There is much more talk than there are reports. */
const TALK_WEIGHT = 0.003;

type Labelled = Sample & { fold: number };

function labelled({ text, type }: { text: string; type: EventType }, weight = 1): Labelled {
  const { rows, value } = distinctRows(readEventType(text));
  const values = new Float32Array(rows.length).fill(value);
  return {
    rows: Int32Array.from(rows),
    values,
    label: EVENT_TYPES.indexOf(type),
    weight,
    fold: foldOf(text, FOLDS),
  };
}

/** The weights as whole steps. */
function quantise({ weights, bias }: Linear): { cells: Int8Array; step: number; bias: number[] } {
  const sizes = weights.filter(Boolean).map(Math.abs).sort();
  const step = (sizes[Math.floor(sizes.length * 0.995)] ?? 1) / MAX_CELL;
  const cells = Int8Array.from(weights, (weight) =>
    Math.max(-MAX_CELL, Math.min(MAX_CELL, Math.round(weight / step))),
  );
  return { cells, step, bias: [...bias] };
}
const shipped = ({ cells, step, bias }: ReturnType<typeof quantise>): Linear => ({
  weights: Float32Array.from(cells, (cell) => cell * step),
  bias: Float64Array.from(bias),
});

function macroF1(gold: readonly number[], said: readonly number[]): number {
  const scores = EVENT_TYPES.map((_, type) => {
    const hits = gold.filter((label, i) => label === type && said[i] === type).length;
    return (
      (2 * hits) /
        (gold.filter((label) => label === type).length +
          said.filter((label) => label === type).length) || 0
    );
  });
  for (const [type, score] of scores.entries())
    console.log(`  ${EVENT_TYPES[type]} ${score.toFixed(2)}`);
  return scores.reduce((a, b) => a + b) / scores.length;
}

const folder = process.argv[2];
if (!folder) throw new Error("usage: node models/train/event-types.ts DATA_DIR");
const OWN = new URL("../data", import.meta.url).pathname;
type Row = { text: string; type: EventType };
/** Denials and questions are read by rules: as examples they would teach that "hacked" is talk. */
const isTaught = ({ text, type }: Row) => type !== "mention" || reportShare(text) === 1;
const reports = ["event-types", "event-reports"].flatMap((name) =>
  readRows<Row>(OWN, name)
    .filter(isTaught)
    .map((row) => labelled(row)),
);
const talk = readRows<{ text: string }>(folder, "stance-train").map(({ text }) =>
  labelled({ text, type: "mention" }, TALK_WEIGHT),
);
const gold: number[] = [];
const said: number[] = [];
let typedTalk = 0;
for (let fold = 0; fold < FOLDS; fold++) {
  const train = [...reports, ...talk].filter((sample) => sample.fold !== fold);
  const model = shipped(quantise(learn(train, FIT)));
  const typeOf = (sample: Labelled) => likeliestType(scoresOf(model, sample)).column;
  for (const sample of reports.filter((each) => each.fold === fold)) {
    gold.push(sample.label);
    said.push(typeOf(sample));
  }
  typedTalk += talk.filter((each) => each.fold === fold && typeOf(each) !== each.label).length;
}
console.log(`${reports.length} posts, ${FOLDS}-fold macro-F1 ${macroF1(gold, said).toFixed(4)}`);
console.log(`${typedTalk} of ${talk.length} texts of talk get a type`);

const samples = [...reports, ...talk];
const model = quantise(learn(samples, FIT));
const table = packTable(model.cells);
console.log(`${gzipSync(table).length} bytes gz`);
writeFileSync(
  new URL("../../src/text/event-type/weights/event-type.ts", import.meta.url),
  `/** Written by models/train/event-types.ts; not for reading. */
import type { EventTypeModel } from "../model.ts";

export const EVENT_TYPE_WEIGHTS: EventTypeModel = {
  step: ${model.step.toFixed(6)},
  bias: [${model.bias.map((bias) => bias.toFixed(4)).join(", ")}],
  table: ${JSON.stringify(table)},
};
`,
);
