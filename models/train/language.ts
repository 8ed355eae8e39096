/**
 * Trains src/text/language/weights/{latin,cyrillic,arabic,devanagari}.ts: one softmax regression
 * over hashed n-grams for each script that several languages share. It learns all weights first,
 * then fewer and fewer of the largest, and ships those as small whole numbers.
 *
 *   node models/train/language.ts DATA_DIR [SCRIPT]            trains on everything, writes weights
 *   node models/train/language.ts DATA_DIR --fold N [SCRIPT]   holds fold N of 5 out, prints
 *                                                              accuracy on it, writes nothing
 *
 * DATA_DIR holds language-{sentences,pairs,words,tweets}.jsonl with {text, language}, and for
 * informal English {sentiment-train,spam-sms, spam-youtube}.jsonl with {text}. Deterministic for
 * the same input. Takes 1 GB and about three minutes of a processor.
 */
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { groupTexts, readLanguageSets } from "./language-data.ts";
import {
  englishF1,
  heldOutTally,
  packLanguages,
  shownTally,
  trainLanguages,
  writeLanguages,
} from "./language-train.ts";

const { values, positionals } = parseArgs({
  options: { fold: { type: "string" } },
  allowPositionals: true,
});
const [folder, only] = positionals;
if (!folder) throw new Error("usage: node models/train/language.ts DATA_DIR [--fold N] [SCRIPT]");
const heldOut = Number(values.fold ?? -1);

const { groups, decided } = groupTexts(readLanguageSets(folder), heldOut);
for (const group of groups) {
  if (only && group.script !== only) continue;
  const trained = trainLanguages(group);
  const table = packLanguages(trained);
  const bytes = Object.entries(table).map(([name, stream]) => `${name} ${gzipSync(stream).length}`);
  console.error(
    `${group.script}: ${group.languages.join(" ")}; ` +
      `${table.sizes.length} rows, bytes gz: ${bytes.join(", ")}`,
  );
  if (heldOut < 0) {
    writeLanguages(group, table);
    continue;
  }
  console.error(`${group.script} shipped: ${shownTally(heldOutTally(trained))}`);
  if (group.script === "latin")
    console.error(`English among posts: F1 ${englishF1(trained).toFixed(4)}`);
  heldOutTally(trained, decided);
}
if (heldOut >= 0) console.log(`fold ${heldOut}: ${shownTally(decided)}`);
