import { allRows, asciiKey, type DraftRows } from "./rows.ts";

export type WordCount = { word: string; count: number };

/**
 * The words that occur most often. `listed`: the leading ones, most first; `missed`: no other word
 * occurs more often than this; `reduced`: words were taken away since all were counted. All counts
 * are rows of the group "word".
 */
export type TopWords = { listed: WordCount[]; missed: number; reduced: boolean };

/** This many are shown. */
export const LEADING_WORDS = 12;
const LISTED = 4 * LEADING_WORDS;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sets the count of a word. Most first; ties in alphabetical order, whatever came first. */
export function ranked(counts: readonly WordCount[], word: string, count: number): WordCount[] {
  const others = counts.filter((each) => each.word !== word);
  if (count === 0) return others;
  return [...others, { word, count }].sort((a, b) => b.count - a.count || compare(a.word, b.word));
}

function list(top: TopWords, word: string, count: number): TopWords {
  const listed = ranked(top.listed, word, count);
  const dropped = listed[LISTED]?.count ?? 0;
  return {
    ...top,
    listed: listed.slice(0, LISTED),
    missed: Math.max(top.missed, dropped),
  };
}

export function addWord(rows: DraftRows, top: TopWords, word: string, by: 1 | -1): TopWords {
  const key = asciiKey(word);
  const held = rows.get("word", key) as WordCount | undefined;
  const count = (held?.count ?? 0) + by;
  if (count === 0) rows.delete("word", key);
  else rows.put("word", key, { word, count });
  const isListed = top.listed.some((each) => each.word === word);
  if (by > 0) return list(top, word, count);
  return { ...(isListed ? list(top, word, count) : top), reduced: true };
}

/**
 * With the leading words in front. Only after words were taken away can one be missed that
 * leads now: then all are counted again.
 */
export function withLeaders(rows: DraftRows, top: TopWords): TopWords {
  const least = top.listed[LEADING_WORDS - 1]?.count ?? 0;
  if (!top.reduced || top.missed === 0 || least > top.missed) return top;
  let counted: TopWords = { listed: [], missed: 0, reduced: false };
  for (const { value } of allRows(rows, "word")) {
    const { word, count } = value as WordCount;
    counted = list(counted, word, count);
  }
  return counted;
}
