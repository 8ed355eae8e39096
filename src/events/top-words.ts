import { addTo, asciiKey, type DraftRows, textOfKey } from "./rows.ts";

export type WordCount = { word: string; count: number };

/** This many are shown. */
const LEADING_WORDS = 12;

const MOST_TIMES = 99_999_999;
const TIMES_DIGITS = 8;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sets the count of a word. Most first; ties in alphabetical order, whatever came first. */
export function ranked(counts: readonly WordCount[], word: string, count: number): WordCount[] {
  const others = counts.filter((each) => each.word !== word);
  if (count === 0) return others;
  return [...others, { word, count }].sort((a, b) => b.count - a.count || compare(a.word, b.word));
}

const rankKey = (count: number, key: string): string =>
  `${String(MOST_TIMES - count).padStart(TIMES_DIGITS, "0")}${key}`;

/**
 * Adds to how often a word occurs, or takes away. Groups: "word", counts by word; "rank": the words
 * that occur more than once, the most frequent first.
 */
export function addWord(rows: DraftRows, word: string, by: 1 | -1): void {
  const key = asciiKey(word);
  const count = addTo(rows, "word", key, by);
  if (count - by > 1) rows.delete("rank", rankKey(count - by, key));
  if (count > 1) rows.put("rank", rankKey(count, key), word);
}

/** The words that occur most often, most first; among equals in the order of their keys. */
export function leadingWords(rows: DraftRows): string[] {
  const words = rows.scan("rank", { limit: LEADING_WORDS }).map(({ value }) => value as string);
  const missing = LEADING_WORDS - words.length;
  if (missing === 0) return words;
  // Fewer than the leading ones occur more than once, so the next are among so many.
  const once = rows
    .scan("word", { limit: LEADING_WORDS + words.length })
    .filter(({ value }) => value === 1)
    .slice(0, missing);
  return [...words, ...once.map(({ key }) => textOfKey(key))];
}
