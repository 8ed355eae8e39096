/**
 * Trains src/text/event-type/weights/event-type.ts: softmax regression over hashed words and pairs
 * of words, on models/data/event-types.jsonl, event-reports.jsonl and event-news.jsonl, and on
 * trading talk and everyday posts, all of which is mere mention.
 *
 *   node models/train/event-types.ts DATA_DIR [--fast]
 *
 * DATA_DIR holds stance-train.jsonl and sentiment-train.jsonl {text}. Prints macro-F1 of 10-fold
 * cross-validation with the weights rounded as they ship, and how many texts of held-out talk get a
 * type; --fast leaves that out. Deterministic.
 */
import { gzipSync } from "node:zlib";
import { EVENT_TYPES } from "../../src/model/scalars.ts";
import { reportShare } from "../../src/text/event-type/hedge.ts";
import {
  fitTypes,
  meanOf,
  shippedTypedRows,
  TYPE_FOLDS,
  type TypedRow,
  type TypedSample,
  typedSample,
  typeF1,
  writeTypeWeights,
} from "./event-types-fit.ts";
import { readRows } from "./rows.ts";

/** There is much more talk than there are reports. */
const TALK_WEIGHT = 0.0015;
/** Talk: every n-th text of a set teaches. */
const TALK = [
  ["stance-train", 1],
  ["sentiment-train", 10],
] as const;

const [folder, flag] = process.argv.slice(2);
if (!folder) throw new Error("usage: node models/train/event-types.ts DATA_DIR [--fast]");
/** Denials and questions are read by rules: as examples they would teach that "hacked" is talk. */
const isTaught = ({ text, type }: TypedRow) => type !== "mention" || reportShare(text) === 1;
const reports = shippedTypedRows()
  .filter(isTaught)
  .map((row) => typedSample(row));
const talk = TALK.flatMap(([name, every]) =>
  readRows<{ text: string }>(folder, name)
    .filter((_, i) => i % every === 0)
    .map(({ text }) => typedSample({ text, type: "mention" }, TALK_WEIGHT)),
);

function crossValidate(): void {
  const gold: number[] = [];
  const said: number[] = [];
  let typedTalk = 0;
  const isIn = (fold: number) => (sample: TypedSample) => sample.fold === fold;
  for (let fold = 0; fold < TYPE_FOLDS; fold++) {
    const { typeOf } = fitTypes([...reports, ...talk].filter((sample) => sample.fold !== fold));
    for (const sample of reports.filter(isIn(fold))) {
      gold.push(sample.label);
      said.push(typeOf(sample));
    }
    typedTalk += talk.filter(isIn(fold)).filter((each) => typeOf(each) !== each.label).length;
  }
  const scores = typeF1(gold, said);
  for (const [type, score] of scores) console.log(`  ${EVENT_TYPES[type]} ${score.toFixed(2)}`);
  const macro = meanOf(scores.values()).toFixed(4);
  console.log(`${reports.length} posts, ${TYPE_FOLDS}-fold macro-F1 ${macro}`);
  console.log(`${typedTalk} of ${talk.length} texts of talk get a type`);
}

if (flag !== "--fast") crossValidate();
const { model } = fitTypes([...reports, ...talk]);
console.log(`${gzipSync(model.table).length} bytes gz`);
writeTypeWeights(model);
