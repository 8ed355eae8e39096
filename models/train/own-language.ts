import * as z from "zod";
import { languageCode } from "../../src/text/language/codes.ts";
import { detectLanguage } from "../../src/text/language/detect.ts";
import { groupTexts } from "./language-data.ts";
import { heldOutTally, packLanguages, trainLanguages, writeLanguages } from "./language-train.ts";
import { type OwnModel, type OwnTrainer, TrainingError } from "./own.ts";
import { foldOf } from "./rows.ts";

const Row = z.object({
  text: z.string().min(1),
  language: z
    .string()
    .refine((code) => languageCode(code) !== undefined, "must be a code of a language, such as en")
    .transform((code) => languageCode(code) ?? code),
});
type Row = z.infer<typeof Row>;

const FOLDS = 5;
const HELD_OUT = 0;
const FEWEST = 50;

/**
 * Replaces the model of each script in which the file has two languages or more. The new model
 * knows the languages of the file alone; one fifth of the texts is held out to measure.
 */
function train(rows: readonly Row[]): OwnModel {
  const texts = rows.map((row) => ({ ...row, set: "own" }));
  const measured = groupTexts(texts, HELD_OUT, FEWEST).groups.filter(
    ({ languages }) => languages.length > 1,
  );
  if (measured.length === 0)
    throw new TrainingError(
      `the file needs two languages of one script with ${FEWEST} texts each, or more`,
    );
  const scripts = new Set(measured.map(({ script }) => script));
  const known = new Set(measured.flatMap(({ languages }) => languages));
  let [right, all] = [0, 0];
  for (const group of measured)
    for (const [hits, of] of heldOutTally(trainLanguages(group)).values())
      [right, all] = [right + hits, all + of];
  const held = rows.filter(
    ({ text, language }) => foldOf(text, FOLDS) === HELD_OUT && known.has(language),
  );
  if (all === 0 || held.length === 0) throw new TrainingError("no text of the file is held out");
  const shipped = held.filter(({ text, language }) => detectLanguage(text) === language).length;
  return {
    figures: [{ name: "accuracy", yours: right / all, shipped: shipped / held.length }],
    write() {
      for (const group of groupTexts(texts, -1, FEWEST).groups)
        if (scripts.has(group.script)) writeLanguages(group, packLanguages(trainLanguages(group)));
      return [...scripts].map((script) => `src/text/language/weights/${script}.ts`).join(", ");
    },
  };
}

export const OWN_LANGUAGE: OwnTrainer<Row> = {
  format: '{"text": "...", "language": "en"}',
  row: Row,
  train,
};
