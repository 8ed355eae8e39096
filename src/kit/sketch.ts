import { skeleton } from "./fold.ts";

/** One character a slot: a one-permutation MinHash (Li, Owen, Zhang 2012) of character shingles, 6 bits kept of each minimum. */
export const SLOTS = 64;
const SHINGLE = 4;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
export const EMPTY = ".";

/** Names kept beside the sketch, four characters each. */
const MAX_NAMES = 24;
export const NAME_LENGTH = 4;

const URL_LIKE = /https?:\/\/\S*|(?<![a-z0-9-])[a-z0-9-]{1,63}\.(?:com|io|me|co|fun|xyz|org|net|app|ly|gg|finance|money)\/\S*/g;
const SYMBOL = /(?<![\p{L}\p{N}_$])\$([a-z][a-z0-9]{0,14})(?![a-z0-9])(…|\.\.\.)?/gu;
/** In lower case like the whole text: shouting an address doesn't make it another. */
const ADDRESS = /(?<![a-z0-9])(?=[a-z]{0,43}[0-9])(?:[euk0]q[a-z0-9_-]{46}|[a-z0-9]{30,90})(?![a-z0-9])/g;

/** FNV-1a with a final mix, so that low bits (the slot) and high bits (the value) are independent. */
function hash(text: string, from: number, to: number): number {
  let state = 0x811c9dc5;
  for (let i = from; i < to; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Cashtags and long identifiers of the text. A cashtag that the end of a cut text may have shortened is none. */
function names(lower: string): string {
  const addresses = [...lower.matchAll(ADDRESS)].map(([address]) => address);
  const symbols = [...lower.matchAll(SYMBOL)].filter((match) => match[2] === undefined).map((match) => `$${match[1]}`);
  const codes = new Set<string>();
  for (const name of [...addresses, ...symbols]) {
    if (codes.size === MAX_NAMES) break;
    let state = hash(name, 0, name.length);
    let code = "";
    for (let i = 0; i < NAME_LENGTH; i++, state >>>= 6) code += ALPHABET[state & 63];
    codes.add(code);
  }
  return [...codes].sort().join("");
}

/** What is left when everything is gone that a copier changes: who is quoted, links, cashtags, punctuation, emoji, case. */
function substance(lower: string): string {
  const words = lower
    .replace(/^(?:rt )?(?:@\w+[: ]*)+/, "")
    .replace(URL_LIKE, " ")
    .replace(SYMBOL, " $ ")
    .replace(/@\w+/g, " ")
    .replace(/[^\p{L}\p{M}\p{N}$]+/gu, " ")
    .trim();
  return words === "" ? lower : words;
}

/** A text's sketch: 64 characters of MinHash, then four for each name in it. Texts that differ in noise alone get nearly equal ones. */
export function sketch(text: string): string {
  const lower = skeleton(text);
  const words = ` ${substance(lower)} `;
  const minima = new Float64Array(SLOTS).fill(Infinity);
  for (let i = 0; i + SHINGLE <= words.length || i === 0; i++) {
    const value = hash(words, i, Math.min(i + SHINGLE, words.length));
    const slot = value & (SLOTS - 1);
    const rank = value >>> 6;
    if (rank < (minima[slot] ?? 0)) minima[slot] = rank;
  }
  let sketch = "";
  for (const rank of minima) sketch += rank === Infinity ? EMPTY : ALPHABET[rank & 63];
  return sketch + names(lower);
}
