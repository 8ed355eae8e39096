import { plain } from "../kit/fold.ts";
import { ngramRows, wordRow } from "../kit/ngrams.ts";
import { type SparseTable, unpackTable } from "../kit/sparse-table.ts";
import { dominantScript, SHARED_SCRIPTS, type SharedScript } from "./script.ts";
import { ARABIC } from "./weights/arabic.ts";
import { CYRILLIC } from "./weights/cyrillic.ts";
import { DEVANAGARI } from "./weights/devanagari.ts";
import { LATIN } from "./weights/latin.ts";

/** How a script's model is laid out: 2^bits hashed rows, one column a language. */
export type LanguageModel = { languages: readonly string[]; bits: number; table: string };

const MODELS: Record<SharedScript, LanguageModel> = { latin: LATIN, cyrillic: CYRILLIC, arabic: ARABIC, devanagari: DEVANAGARI };

/** Longest character n-gram. */
const LONGEST = 5;
/** Words after these no longer change the answer. */
const MAX_WORDS = 24;
const MAX_UNITS = 600;

/** Not language: links, e-mail, handles, hashtags, cashtags, contract addresses and other pieces with digits. */
const NOT_LANGUAGE = /^["'(]?[@#$]|[@\d]|:\/\/|^www\.|\w\.[a-z]{2,}(?:\/|$)/i;
const WORD = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;
const MAX_PIECE = 100;
/** Scripts without blanks have "words" as long as a sentence. */
const MAX_WORD = 60;

/** The words a language is told by: lower case, without what is no language; the raw words when nothing else is there. */
export function languageWords(text: string): string[] {
  const head = plain(text.slice(0, MAX_UNITS));
  const pieces = head.split(" ").filter((piece) => !NOT_LANGUAGE.test(piece.slice(0, MAX_PIECE)));
  const cleaned = pieces.join(" ");
  const words = (/\p{L}/u.test(cleaned) ? cleaned : head).toLowerCase().match(WORD) ?? [];
  return words.slice(0, MAX_WORDS).map((word) => word.slice(0, MAX_WORD));
}

/** Rows of the hashed table that a text touches; the first is the same for every text and holds how common each language is. */
export function languageRows(words: readonly string[], bits: number): number[] {
  const rows = [wordRow("", bits)];
  for (const word of words) ngramRows(word, LONGEST, bits, rows);
  return rows;
}

const unpacked = new Map<SharedScript, SparseTable>();

/** Unpacked at first use: a Worker that only ever reads English never pays for the Cyrillic table. */
function tableOf(script: SharedScript): SparseTable {
  const known = unpacked.get(script);
  if (known) return known;
  const { table, bits, languages } = MODELS[script];
  const fresh = unpackTable(table, 1 << bits, languages.length);
  unpacked.set(script, fresh);
  return fresh;
}

function likeliest(words: readonly string[], script: SharedScript): string | undefined {
  const { languages, bits } = MODELS[script];
  const { starts, columns, values } = tableOf(script);
  const scores = new Int32Array(languages.length);
  for (const row of languageRows(words, bits)) {
    const end = starts[row + 1] as number;
    for (let entry = starts[row] as number; entry < end; entry++) {
      (scores[columns[entry] as number] as number) += values[entry] as number;
    }
  }
  return languages[scores.indexOf(Math.max(...scores))];
}

const isShared = (script: string): script is SharedScript => SHARED_SCRIPTS.some((shared) => shared === script);

/**
 * ISO 639-1 code of the language of a text, or undefined when it has no letters. A script that one language uses decides alone; within the
 * shared scripts a hashed n-gram logistic regression does (docs/text.md has its figures).
 */
export function detectLanguage(text: string): string | undefined {
  const words = languageWords(text);
  const script = dominantScript(words.join(" "));
  if (script === undefined || !isShared(script)) return script;
  return likeliest(words, script);
}
