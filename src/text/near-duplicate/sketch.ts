import { hasLongRun } from "../entities/long-run.ts";
import { isAscii, skeleton } from "../normalize.ts";
import { statementOf } from "./statement.ts";

/**
 * One character a slot: a one-permutation MinHash (Li, Owen, Zhang 2012) of character shingles, 6
 * bits kept of each minimum.
 */
export const SLOTS = 64;
const SHINGLE = 4;
const FNV_OFFSET = 0x811c9dc5;
const BLANK = 0x20;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
export const EMPTY = ".";

/** Names kept beside the sketch, four characters each. */
const MAX_NAMES = 24;
export const NAME_LENGTH = 4;

const URL_LIKE =
  /https?:\/\/\S*|(?<![a-z0-9-])[a-z0-9-]{1,63}\.(?:com|io|me|co|fun|xyz|org|net|app|ly|gg|finance|money)\/\S*/g;
const SYMBOL = /(?<![\p{L}\p{N}_$])\$([a-z][a-z0-9]{0,14})(?![a-z0-9])(…|\.\.\.)?/gu;
/** In lower case like the whole text: shouting an address doesn't make it another. */
const SHORTEST_ADDRESS = 30;
const ADDRESS =
  /(?<![a-z0-9])(?=[a-z]{0,43}[0-9])(?:[euk0]q[a-z0-9_-]{46}|[a-z0-9]{30,90})(?![a-z0-9])/g;

const TICKER = /\$[a-z][a-z0-9]*/g;

/**
 * Tags for the search behind the last word; a text of tags alone keeps them. Only the first tag of
 * a row begins one, so that a long row is read once.
 */
const TRAILING_TAGS = /(?<=[^\s#]\s)(?<!#[\p{L}\p{N}_]+\s)(?:#[\p{L}\p{N}_]+\s*)+$/u;
/** "【快讯】": what an agency puts before each piece of news. */
const LABEL =
  /^[\s\p{Extended_Pictographic}]*[【[「(]?(?:快讯|快訊|突发|突發|重磅|最新|速報|消息)[】\]」)]?[:：!！\s]*/u;
/** "(1/3)" before the first post of a thread. */
const PART = /^\s*\(\d{1,2}\/\d{0,2}\)\s*/;
const JUST_IN = /^[^\p{L}\p{N}$]*just in\s?[:|–—-]/u;
const NO_WORD = /[^\p{L}\p{M}\p{N}$]+/gu;
const NO_ASCII_WORD = /[^a-z0-9$]+/g;

const step = (state: number, unit: number): number => Math.imul(state ^ unit, 0x01000193);

/**
 * The final mix of FNV-1a, so that low bits (the slot) and high bits (the value) are independent.
 */
function mixed(fnv: number): number {
  let state = Math.imul(fnv ^ (fnv >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

function hash(text: string): number {
  let state = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) state = step(state, text.charCodeAt(at));
  return mixed(state);
}

/**
 * Cashtags and long identifiers of the text. A cashtag that the end of a cut text may have
 * shortened is none.
 */
function names(lower: string): string {
  const found = hasLongRun(lower, SHORTEST_ADDRESS)
    ? [...lower.matchAll(ADDRESS)].map(([address]) => address)
    : [];
  if (lower.includes("$")) {
    for (const match of lower.matchAll(SYMBOL))
      if (match[2] === undefined) found.push(`$${match[1]}`);
  }
  const codes = new Set<string>();
  for (const name of found) {
    if (codes.size === MAX_NAMES) break;
    let state = hash(name);
    let code = "";
    for (let i = 0; i < NAME_LENGTH; i++, state >>>= 6) code += ALPHABET[state & 63];
    codes.add(code);
  }
  return [...codes].sort().join("");
}

/**
 * What is left when everything is gone that a copier changes: who is quoted, links, punctuation,
 * emoji, case.
 */
function substance(lower: string): string {
  let words = lower.replace(/^(?:rt )?(?:@\w+[: ]*)+/, "");
  if (words.includes("(")) words = words.replace(PART, "");
  if (words.includes("just in")) words = words.replace(JUST_IN, "");
  if (!isAscii(words)) words = words.replace(LABEL, "");
  if (words.includes("#")) words = words.replace(TRAILING_TAGS, "");
  if (words.includes("/")) words = words.replace(URL_LIKE, " ");
  if (words.includes("$")) words = words.replace(SYMBOL, " $$$1 ");
  if (words.includes("@")) words = words.replace(/@\w+/g, " ");
  words = words.replace(isAscii(words) ? NO_ASCII_WORD : NO_WORD, " ").trim();
  return words === "" ? lower : words;
}

/**
 * The least hash of each slot over all shingles of ` words `; a text shorter than a shingle is one.
 */
function minimaOf(words: string): Float64Array {
  const minima = new Float64Array(SLOTS).fill(Infinity);
  const add = (value: number) => {
    const slot = value & (SLOTS - 1);
    if (value >>> 6 < (minima[slot] as number)) minima[slot] = value >>> 6;
  };
  if (words.length + 2 < SHINGLE) add(hash(` ${words} `));
  // The three characters before the present one stay in variables: reading each four times is most
  // of the cost.
  let [first, second, third] = [BLANK, words.charCodeAt(0), words.charCodeAt(1)];
  for (let at = 2; at <= words.length; at++) {
    const unit = at < words.length ? words.charCodeAt(at) : BLANK;
    add(mixed(step(step(step(step(FNV_OFFSET, first), second), third), unit)));
    [first, second, third] = [second, third, unit];
  }
  return minima;
}

/**
 * A text's sketch: 64 characters of MinHash, then four for each name in it, then its statement.
 * Texts that differ in noise alone get nearly equal ones.
 */
export function sketchOf(text: string): string {
  const lower = skeleton(text);
  const words = substance(lower);
  let print = "";
  // Which tokens are named says nothing of how alike two texts are, but in what order they stand
  // is part of what they state: "$A overtakes $B".
  for (const rank of minimaOf(words.replace(TICKER, "$")))
    print += rank === Infinity ? EMPTY : ALPHABET[rank & 63];
  return print + names(lower) + statementOf(words, lower);
}
