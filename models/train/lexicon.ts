/**
 * Writes src/text/sentiment/weights/lexicon.ts: VADER's lexicon (Hutto and Gilbert 2014, MIT) as
 * the vader-sentiment package ships it, the words of one rating on one line.
 *
 *   node models/train/lexicon.ts
 */
import { readFileSync, writeFileSync } from "node:fs";

const lines = readFileSync(
  new URL("../../node_modules/vader-sentiment/vader_lexicon.txt", import.meta.url),
  "utf8",
).split("\n");
const byRating = new Map<string, string[]>();
for (const line of lines) {
  const [word = "", rating = ""] = line.split("\t");
  if (word.length < 2 || word.includes(" ") || rating === "") continue;
  byRating.set(rating, [...(byRating.get(rating) ?? []), word.toLowerCase()]);
}
const packed = [...byRating]
  .sort(([a], [b]) => Number(a) - Number(b))
  .map(([rating, words]) => `${rating} ${[...new Set(words)].sort().join(" ")}`)
  .join("\n");

writeFileSync(
  new URL("../../src/text/sentiment/weights/lexicon.ts", import.meta.url),
  `/**
 * Written by models/train/lexicon.ts. Ratings from -4 to 4 of English words and emoticons: the
 * lexicon of VADER, (c) 2016 C.J. Hutto, MIT licence. Hutto, C.J. and Gilbert, E.E. (2014): VADER:
 * A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text, ICWSM-14.
 */
export const VADER_LEXICON = ${JSON.stringify(packed)};
`,
);
