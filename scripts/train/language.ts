/**
 * Trains src/filter/weights/{latin,cyrillic,arabic,devanagari}.ts: one softmax regression over hashed n-grams for each script that several
 * languages share.
 *
 *   node scripts/train/language.ts DATA_DIR [SCRIPT]            trains on everything and writes the weights
 *   node scripts/train/language.ts DATA_DIR --fold N [SCRIPT]   holds fold N of 5 out, prints accuracy on it, writes nothing
 *
 * DATA_DIR holds language-{sentences,pairs,words,tweets}.jsonl with {text, language}. Deterministic for the same input.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { languageRows, languageWords } from "../../src/filter/language.ts";
import { dominantScript, SHARED_SCRIPTS, type SharedScript } from "../../src/filter/script.ts";
import { MAX_CELL, packTable } from "../../src/kit/sparse-table.ts";
import { foldOf, readRows, seeded, shuffle } from "./rows.ts";

type Row = { text: string; language: string };
type Sample = { words: string[]; label: number; set: string };
type Group = { script: SharedScript; languages: string[]; train: Sample[]; test: Sample[] };

const SETS = ["language-sentences", "language-pairs", "language-words", "language-tweets"];
const FOLDS = 5;
/** Rows and weights kept: what the size of the Worker allows. */
const BITS: Record<SharedScript, number> = { latin: 18, cyrillic: 16, arabic: 14, devanagari: 14 };
const KEPT: Record<SharedScript, number> = { latin: 950_000, cyrillic: 70_000, arabic: 18_000, devanagari: 10_000 };
const EPOCHS = 5;
const LEARNING_RATE = 2;
/** Rows left out at each step, so that no n-gram is relied on alone. */
const DROPOUT = 0.2;
/** Longer texts are learned a window at a time: short ones are where the errors are. */
const WINDOW = 8;
/** Windows of running text drawn for every sample, of 1 to 3 words. */
const SNIPPETS = 4;
/** Most of the published Malay sentences are Indonesian web pages; the pairs and words are what is left to learn Malay from. */
const isMislabelled = ({ set, language }: { set: string; language: string }) => set === "language-sentences" && language === "ms";

const { values, positionals } = parseArgs({ options: { fold: { type: "string" } }, allowPositionals: true });
const [folder, only] = positionals;
if (!folder) throw new Error("usage: node scripts/train/language.ts DATA_DIR [--fold N] [SCRIPT]");
const heldOut = Number(values.fold ?? -1);

function readGroups(from: string): { groups: Group[]; decided: Map<string, [right: number, all: number]> } {
  const groups = SHARED_SCRIPTS.map((script): Group => ({ script, languages: [], train: [], test: [] }));
  const decided = new Map<string, [number, number]>();
  const rows = SETS.flatMap((set) => readRows<Row>(from, set).map((row) => ({ ...row, set, words: languageWords(row.text) })));
  const samples = rows.map((row) => ({ ...row, script: dominantScript(row.words.join(" ")) }));
  for (const group of groups) {
    const counts = Map.groupBy(
      samples.filter((sample) => sample.script === group.script),
      (sample) => sample.language,
    );
    // A language with a handful of texts in a script is a mislabelled line, not a language written in it.
    group.languages = [...counts]
      .filter(([, texts]) => texts.length >= 150)
      .map(([language]) => language)
      .sort();
  }
  for (const { text, language, set, words, script } of samples) {
    const test = foldOf(text, FOLDS) === heldOut;
    const group = groups.find((each) => each.script === script);
    if (group) {
      const label = group.languages.indexOf(language);
      if (test) group.test.push({ words, label, set });
      else if (label >= 0 && !isMislabelled({ set, language })) group.train.push({ words, label, set });
    } else if (test) {
      const [right, all] = decided.get(set) ?? [0, 0];
      decided.set(set, [right + Number(script === language), all + 1]);
    }
  }
  return { groups, decided };
}

/** Adds the gradient of one text; answers nothing. AdaGrad with one accumulator a row. */
function learn(model: Model, words: readonly string[], label: number, rate: number, random: () => number): void {
  const { weights, squares, width, scores } = model;
  const rows = languageRows(words, model.bits).filter((_, i) => i === 0 || random() >= DROPOUT);
  const scale = 1 / Math.sqrt(rows.length);
  scores.fill(0);
  for (const row of rows) for (let k = 0, at = row * width; k < width; k++) (scores[k] as number) += weights[at + k] as number;
  let top = -Infinity;
  for (let k = 0; k < width; k++) {
    const score = (scores[k] as number) * scale;
    scores[k] = score;
    top = Math.max(top, score);
  }
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const power = Math.exp((scores[k] as number) - top);
    scores[k] = power;
    sum += power;
  }
  let norm = 0;
  for (let k = 0; k < width; k++) {
    const error = (scores[k] as number) / sum - Number(k === label);
    scores[k] = error;
    norm += error ** 2;
  }
  if (norm < 1e-4) return;
  for (const row of rows) {
    const square = (squares[row] as number) + norm * scale * scale;
    squares[row] = square;
    const pace = (rate * scale) / Math.sqrt(square);
    const at = row * width;
    for (let k = 0; k < width; k++) (weights[at + k] as number) -= pace * (scores[k] as number);
  }
}
type Model = {
  bits: number;
  width: number;
  weights: Float32Array;
  squares: Float32Array;
  scores: Float64Array;
};

function epoch(model: Model, train: readonly Sample[], rate: number, random: () => number): void {
  const running = train.filter((sample) => sample.words.length > 3);
  const order = Int32Array.from(train.keys());
  shuffle(order, random);
  const window = (words: readonly string[], length: number) => {
    const from = Math.floor(random() * Math.max(1, words.length - length + 1));
    return words.slice(from, from + length);
  };
  for (const index of order) {
    const { words, label } = train[index] as Sample;
    learn(model, window(words, WINDOW), label, rate, random);
    for (let i = 0; i < SNIPPETS && running.length > 0; i++) {
      const other = running[Math.floor(random() * running.length)] as Sample;
      learn(model, window(other.words, 1 + Math.floor(random() * random() * 3)), other.label, rate * 0.7, random);
    }
  }
}

/** Whole steps, in which the largest fiftieth of the kept cells is cut off; the cells with the smallest weights are 0. */
function quantise(weights: Float32Array, keep: number): Int8Array {
  const sampled = weights
    .filter((_, at) => at % SAMPLING === 0)
    .map(Math.abs)
    .sort();
  const first = Math.max(0, sampled.length - Math.floor(keep / SAMPLING));
  const floor = sampled[first] ?? 0;
  const step = (sampled[first + Math.floor((sampled.length - first) * 0.98)] ?? 1) / STEPS;
  return Int8Array.from(weights, (weight) => {
    if (Math.abs(weight) < floor) return 0;
    return Math.max(-MAX_CELL, Math.min(MAX_CELL, Math.round(weight / step)));
  });
}
const STEPS = 4;
const SAMPLING = 7;

function accuracy(cells: Int8Array | Float32Array, group: Group, bits: number): Map<string, [number, number]> {
  const width = group.languages.length;
  const tally = new Map<string, [number, number]>();
  for (const { words, label, set } of group.test) {
    const scores = new Float64Array(width);
    for (const row of languageRows(words, bits))
      for (let k = 0; k < width; k++) (scores[k] as number) += cells[row * width + k] as number;
    const [right, all] = tally.get(set) ?? [0, 0];
    tally.set(set, [right + Number(scores.indexOf(Math.max(...scores)) === label), all + 1]);
  }
  return tally;
}
const shown = (tally: Map<string, [number, number]>) =>
  [...tally].map(([set, [right, all]]) => `${set.slice(9)} ${(right / all).toFixed(4)} (${all})`).join("  ");

function train(group: Group): string {
  const random = seeded(group.languages.length);
  const bits = BITS[group.script];
  const width = group.languages.length;
  const model: Model = {
    bits,
    width,
    weights: new Float32Array(width << bits),
    squares: new Float32Array(1 << bits).fill(1e-3),
    scores: new Float64Array(width),
  };
  for (let i = 0; i < EPOCHS; i++) {
    epoch(model, group.train, LEARNING_RATE * (1 - i / EPOCHS), random);
    if (heldOut >= 0) console.error(`${group.script} ${i}: ${shown(accuracy(model.weights, group, bits))}`);
  }
  const cells = quantise(model.weights, KEPT[group.script]);
  const packed = packTable(cells);
  console.error(`${group.script}: ${group.languages.join(" ")}; ${gzipSync(packed).length} bytes gz`);
  if (heldOut >= 0) {
    const tally = accuracy(cells, group, bits);
    console.error(`${group.script} shipped: ${shown(tally)}`);
    for (const [set, [right, all]] of tally) {
      const [sumRight, sumAll] = total.get(set) ?? [0, 0];
      total.set(set, [sumRight + right, sumAll + all]);
    }
  }
  return packed;
}

const { groups, decided } = readGroups(folder);
const total = decided;
for (const group of groups) {
  if (only && group.script !== only) continue;
  const table = train(group);
  if (heldOut >= 0) continue;
  writeFileSync(
    new URL(`../../src/filter/weights/${group.script}.ts`, import.meta.url),
    `/** Written by scripts/train/language.ts; not for reading. */
import type { LanguageModel } from "../language.ts";

export const ${group.script.toUpperCase()}: LanguageModel = {
  languages: ${JSON.stringify(group.languages).replaceAll(",", ", ")},
  bits: ${BITS[group.script]},
  table: ${JSON.stringify(table)},
};
`,
  );
}
if (heldOut >= 0) console.log(`fold ${heldOut}: ${shown(total)}`);
