import { writeFileSync } from "node:fs";
import { type PackedRows, packRows } from "../../src/text/hashing/sparse-rows.ts";
import type { SharedScript } from "../../src/text/language/script.ts";
import { count, type Group, type Tally } from "./language-data.ts";
import { makeDraw, makePosts } from "./language-draw.ts";
import { type Features, findFeatures } from "./language-features.ts";
import { answer, cellsOf, type Fit, freshFit, grained, learn, prune } from "./language-fit.ts";
import { seeded } from "./rows.ts";

/** A group's model: the fit, and the features that it has weights for. */
export type LanguageFit = { group: Group; features: Features; fit: Fit };

/** Weights that ship: what the size of the Worker allows. */
const KEPT: Record<SharedScript, number> = {
  latin: 620_000,
  cyrillic: 70_000,
  arabic: 18_000,
  devanagari: 10_000,
};
/** How many times as many cells an epoch has. */
const EPOCHS = [Infinity, 6, 3, 2, 1.5, 1.2, 1, 1];
const RATE = 2;
const DROPOUT = 0.1;
/** A weight counts the more, the more words have its n-gram: their number to this power. */
const FREQUENCY_POWER = 0.45;
/**
 * From this epoch on the weights are as coarse as they will ship: most of them at most `STEPS`
 * steps.
 */
const COARSE_FROM = 5;
const STEPS = 4;

function tested(fit: Fit, { test }: Group, { ofWord }: Features, tally: Tally = new Map()): Tally {
  for (const { words, label, set, tagged } of test)
    count(tally, set, answer(fit, words, { tagged, ofWord }) === label);
  return tally;
}
/** By set, how many held-out texts of the group the model reads right; adds to `tally`. */
export const heldOutTally = ({ group, features, fit }: LanguageFit, tally?: Tally): Tally =>
  tested(fit, group, features, tally);

/** F1 of "is English" on windows of held-out texts that stand for posts. */
export function englishF1({ fit, group, features: { ofWord } }: LanguageFit): number {
  const { test, languages } = group;
  const post = makePosts(test, languages, seeded(1));
  const english = languages.indexOf("en");
  let [hits, errors] = [0, 0];
  for (let i = 0; i < POSTS; i++) {
    const { words, from, to, tagged, label } = post();
    const isEnglish = answer(fit, words.subarray(from, to), { tagged, ofWord }) === english;
    if (isEnglish && label === english) hits++;
    else if (isEnglish || label === english) errors++;
  }
  return (2 * hits) / (2 * hits + errors);
}
const POSTS = 20_000;

export const shownTally = (tally: Tally) =>
  [...tally].map(([set, [right, all]]) => `${set} ${(right / all).toFixed(4)} (${all})`).join("  ");

/** Learns all weights first, then fewer and fewer of the largest. */
export function trainLanguages(group: Group): LanguageFit {
  const features = findFeatures(group);
  const random = seeded(group.languages.length);
  const draw = makeDraw(group, random);
  const importance = features.frequencies.map((frequency, feature) =>
    feature < 2 ? 1e9 : frequency ** FREQUENCY_POWER,
  );
  let fit = freshFit(features.rows.length, group.languages.length);
  for (const [epoch, factor] of EPOCHS.entries()) {
    if (factor < Infinity) fit = prune(fit, KEPT[group.script] * factor, importance);
    if (epoch >= COARSE_FROM) fit = grained(fit, STEPS);
    const rate = RATE * (1 - epoch / (EPOCHS.length + 0.5));
    draw((step, pace) =>
      learn(fit, step, { ofWord: features.ofWord, rate: rate * pace, drop: DROPOUT, random }),
    );
    console.error(
      `${group.script} ${epoch}: ${fit.cells.weights.length} cells ` +
        `${shownTally(tested(fit, group, features))}`,
    );
  }
  return { group, features, fit };
}

export function packLanguages({ fit, features: { rows } }: LanguageFit): PackedRows {
  const order = [...rows.keys()].sort((a, b) => (rows[a] as number) - (rows[b] as number));
  const filled = order
    .map((feature) => [rows[feature] as number, cellsOf(fit, feature)] as const)
    .filter(([, cells]) => cells.length > 0);
  return packRows(filled);
}

export function writeLanguages(
  { script, languages, vocabulary: { bits } }: Group,
  table: PackedRows,
): void {
  writeFileSync(
    new URL(`../../src/text/language/weights/${script}.ts`, import.meta.url),
    `/** Written by models/train/language.ts; not for reading. */
import type { LanguageModel } from "../model.ts";

export const ${script.toUpperCase()}: LanguageModel = {
  languages: ${JSON.stringify(languages).replaceAll(",", ", ")},
  bits: ${bits},
  table: {
${Object.entries(table)
  .map(([name, stream]) => `    ${name}: ${JSON.stringify(stream)},`)
  .join("\n")}
  },
};
`,
  );
}
