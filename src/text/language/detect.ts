import { ngramRows } from "../hashing/ngrams.ts";
import { findRow, type RowTable, unpackRows } from "../hashing/sparse-rows.ts";
import { everyText, type LanguageModel, LONGEST_NGRAM, taggedText } from "./model.ts";
import { dominantScript, SCRIPTS, SHARED_SCRIPTS, type SharedScript } from "./script.ts";
import { ARABIC } from "./weights/arabic.ts";
import { CYRILLIC } from "./weights/cyrillic.ts";
import { DEVANAGARI } from "./weights/devanagari.ts";
import { LATIN_MODEL } from "./weights/latin.ts";
import { type CommonWords, readWords } from "./words.ts";

const MODELS: Record<SharedScript, LanguageModel> = {
  latin: LATIN_MODEL,
  cyrillic: CYRILLIC,
  arabic: ARABIC,
  devanagari: DEVANAGARI,
};

/**
 * Reading stops when `DECISIVE` is the lead after `ENOUGH_WORDS` words: in 1 of 14,621 held-out
 * texts the words that are not read would change the answer.
 */
const ENOUGH_WORDS = 6;
const DECISIVE = 100;

const unpacked = new Map<SharedScript, RowTable>();

/**
 * Unpacked at first use: a Worker that only ever reads English never pays for the Cyrillic table.
 */
function tableOf(script: SharedScript): RowTable {
  const known = unpacked.get(script);
  if (known) return known;
  const { table, bits } = MODELS[script];
  const fresh = unpackRows(table, bits);
  unpacked.set(script, fresh);
  return fresh;
}

const scores = new Int32Array(256);
const rows = new Uint32Array(512);

/**
 * Adds up the weights of the first `count` of `rows`. In two passes, because a row is three
 * look-ups in memory, one after another, that the processor's cache seldom has: so those of
 * different rows overlap.
 */
function addRows(table: RowTable, count: number): void {
  let there = 0;
  for (let i = 0; i < count; i++) {
    const found = findRow(table, rows[i] as number);
    if (found >= 0) rows[there++] = found;
  }
  const { starts, cells } = table;
  for (let i = 0; i < there; i++) {
    const found = rows[i] as number;
    const end = starts[found + 1] as number;
    for (let at = starts[found] as number; at < end; at++) {
      const cell = cells[at] as number;
      (scores[cell & 0xff] as number) += cell >> 8;
    }
  }
}

/** The column of the best score, and by how much it leads. */
function leader(width: number): { best: number; lead: number } {
  let best = 0;
  let second = -Infinity;
  for (let column = 1; column < width; column++) {
    const score = scores[column] as number;
    if (score > (scores[best] as number)) {
      second = scores[best] as number;
      best = column;
    } else if (score > second) second = score;
  }
  return { best, lead: (scores[best] as number) - second };
}

/** The likeliest language of the words in a shared script, and by how much it leads. */
function likeliest(
  { units, count, starts, lengths, scripts, tagged }: CommonWords,
  script: SharedScript,
): { language: string | undefined; lead: number } {
  const { languages, bits } = MODELS[script];
  const table = tableOf(script);
  const wanted = SCRIPTS.indexOf(script);
  scores.fill(0);
  rows[0] = everyText(bits);
  rows[1] = taggedText(bits);
  addRows(table, tagged ? 2 : 1);
  const shape = { longest: LONGEST_NGRAM, bits };
  let read = 0;
  for (let w = 0; w < count; w++) {
    if (scripts[w] !== wanted) continue;
    const start = starts[w] as number;
    addRows(table, ngramRows(units, start, start + (lengths[w] as number), shape, rows));
    if (++read >= ENOUGH_WORDS && leader(languages.length).lead > DECISIVE) break;
  }
  const { best, lead } = leader(languages.length);
  return { language: languages[best], lead };
}

const isShared = (script: string): script is SharedScript =>
  SHARED_SCRIPTS.some((shared) => shared === script);

/** The likeliest language, and whether it is beyond doubt. */
export type LanguageReading = { language: string | undefined; sure: boolean };

/** Fewer words, or a smaller lead, are a guess. A script that one language uses needs no lead. */
const SURE_FROM_WORDS = 3;
const SURE_LEAD = 20;
/** Two words of Hindi in English, or a third of the words in another language, are Hindi. */
const HINDI_FROM_WORDS = 2;
const SURE_FROM_LETTERS = 4;

export function readLanguage(text: string): LanguageReading {
  const words = readWords(text);
  const script = dominantScript(words.letters);
  if (script === undefined) return { language: undefined, sure: false };
  if (!isShared(script)) {
    const letters = words.letters.reduce((sum, each) => sum + each, 0);
    return { language: script, sure: !words.named && letters >= SURE_FROM_LETTERS };
  }
  if (words.named && script === "latin") return { language: undefined, sure: false };
  const { language, lead } = likeliest(words, script);
  if (words.hindi >= HINDI_FROM_WORDS && (language === "en" || 3 * words.hindi >= words.count))
    return { language: "hi", sure: words.count >= SURE_FROM_WORDS };
  const sure = !words.named && words.count >= SURE_FROM_WORDS && lead >= SURE_LEAD;
  return { language, sure };
}

/**
 * ISO 639-1 code of the likeliest language of a text, a guess where it is short; undefined when it
 * has no words but those that are the same in all languages (names, "gm", "hodl"). A script that
 * one language uses decides alone; within the shared scripts a hashed n-gram logistic regression
 * does (docs/text.md has its figures).
 */
export const detectLanguage = (text: string): string | undefined => readLanguage(text).language;

/** The language of a text, or undefined when it is short or the lead over the next is small. */
export function sureLanguage(text: string): string | undefined {
  const { language, sure } = readLanguage(text);
  return sure ? language : undefined;
}
