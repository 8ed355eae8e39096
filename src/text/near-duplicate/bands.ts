import { EMPTY, SLOTS } from "./sketch.ts";
import { weightyWords } from "./statement.ts";

const SLOTS_IN_BAND = 4;
/** Pairs of words that stand for a text: those with the least hashes. */
const WORD_PAIRS = 8;

/** FNV-1a with a final mix, so that the least hashes are a fair sample. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** The least hashes of the pairs of words that follow each other, fillers left out. */
function wordBands(print: string): string[] {
  const words = weightyWords(print);
  if (words.length === 0) return [];
  const pairs = words.slice(1).map((word, at) => hash(`${words[at]}${word}`));
  const hashes = pairs.length === 0 ? [hash(words.join(""))] : pairs;
  const least = [...new Set(hashes)].sort((a, b) => a - b).slice(0, WORD_PAIRS);
  return least.map((each) => `w${each.toString(36)}`);
}

/**
 * Keys under which a fingerprint is filed, each once: 16 bands of its 64 slots, and 8 pairs of its
 * words. Of the near-duplicates in the data all pairs share one; texts that have nothing to do with
 * each other share one in 0.7 % of pairs.
 */
export function bandsOf(print: string): string[] {
  const bands = wordBands(print);
  for (let at = 0; at < SLOTS; at += SLOTS_IN_BAND) {
    const band = print.slice(at, at + SLOTS_IN_BAND);
    if (band !== EMPTY.repeat(SLOTS_IN_BAND)) bands.push(`${at}:${band}`);
  }
  return bands;
}
