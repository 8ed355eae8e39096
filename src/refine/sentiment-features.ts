import { unmasked } from "../kit/fold.ts";
import { wordRow } from "../kit/ngrams.ts";
import { ABOUT_MARKETS } from "./market-valence.ts";
import { compound, isNegation, type RatedWord, rateWords, tokensOf } from "./valence.ts";

/** 2^bits rows of the hashed table. */
export const SENTIMENT_BITS = 16;
const MAX_TOKENS = 120;
const LINK = /https?:\/\/\S+|www\.\S+|\b(?:t\.co|bit\.ly)\/\S+/gi;
/** Some collections hold the escape instead of the letter. */
const ESCAPE = /\\u([0-9a-f]{4})/gi;
const ENTITY: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
const NEGATION_SCOPE = 3;
const SUFFIX = 4;

/** What a sentiment is read from: the words with their ratings, and the rows of the n-gram model that the text touches. */
export type SentimentReading = { rated: RatedWord[]; compound: number; rows: number[]; wordRows: number[] };

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** The sum of good and of bad words, the shape, and what no word says, as steps. */
function shape(text: string, rated: readonly RatedWord[], score: number): string[] {
  const good = rated.reduce((sum, { rating }) => sum + Math.max(0, rating), 0);
  const bad = rated.reduce((sum, { rating }) => sum - Math.min(0, rating), 0);
  const steps: [name: string, value: number, limits: number[]][] = [
    ["score", score, [-0.8, -0.6, -0.4, -0.2, -0.05, 0.05, 0.2, 0.4, 0.6, 0.8]],
    ["good", good, [0.5, 1.5, 2.5, 4, 6, 9]],
    ["bad", bad, [0.5, 1.5, 2.5, 4, 6, 9]],
    ["exclamations", count(text, /!/g), [1, 2, 4]],
    ["questions", count(text, /\?/g), [1, 2]],
    ["links", count(text, LINK), [1]],
    ["handles", count(text, /@\w/g), [1, 2]],
    ["hashtags", count(text, /#\w/g), [1, 3]],
    ["dots", count(text, /\.\.+|…/g), [1]],
    ["length", text.length, [40, 80, 120]],
  ];
  return steps.flatMap(([name, value, limits]) => limits.filter((limit) => value >= limit).map((limit) => `${name} >= ${limit}`));
}

/** Words, pairs of words, negated words and word stems, as rows; `wordRows` are those of the single words, one for each rated word. */
export function readSentiment(text: string): SentimentReading {
  const bare = unmasked(text)
    .replace(ESCAPE, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITY[entity] ?? entity);
  const clean = bare.replace(LINK, " ").replace(/@\w+/g, " ");
  const rated = rateWords(tokensOf(clean).slice(0, MAX_TOKENS), ABOUT_MARKETS.test(bare));
  const score = compound(rated, count(clean, /!/g));
  const features = new Set<string>(shape(bare, rated, score));
  let negated = 0;
  for (const [i, { word }] of rated.entries()) {
    const before = rated[i - 1]?.word ?? "^";
    features.add(word);
    features.add(`${before} ${word}`);
    if (i > 1) features.add(`${rated[i - 2]?.word} ${before} ${word}`);
    if (word.length > SUFFIX) features.add(`${word.slice(0, SUFFIX)}*`);
    if (negated > 0) features.add(`not..${word}`);
    negated = isNegation(word) ? NEGATION_SCOPE : negated - 1;
  }
  const rows = [...features].map((feature) => wordRow(feature, SENTIMENT_BITS));
  return { rated, compound: score, rows, wordRows: rated.map(({ word }) => wordRow(word, SENTIMENT_BITS)) };
}
