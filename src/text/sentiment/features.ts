import { hashOf, joinHashes, mixHash } from "../hashing/feature-hash.ts";
import {
  clearFeatures,
  type FeatureSet,
  featureSet,
  rowOf,
  touchFeature,
} from "../hashing/feature-set.ts";
import { TokenKind, type Tokens, tokenize } from "../tokenize/tokenize.ts";
import { WordRole } from "./lexicon/index.ts";
import type { ScoredTokens } from "./lexicon/scored-tokens.ts";
import { lexiconScore, scoreWords } from "./lexicon-score.ts";
import { type Turn, turnIn } from "./turns.ts";

/** 2^bits rows of the hashed table. */
export const SENTIMENT_BITS = 17;
const MAX_ROWS = 4096;
/** Characters of a text whose n-grams are read. */
const MAX_GRAMMED = 1000;
const NEGATION_SCOPE = 3;
const [SHORTEST_GRAM, LONGEST_GRAM] = [3, 5];

/**
 * What a sentiment is read from: the words with their ratings, and the rows of the model that the
 * text touches, first `shaped` of its shape.
 */
export type SentimentReading = {
  tokens: Readonly<Tokens>;
  scored: Readonly<ScoredTokens>;
  readonly set: FeatureSet;
  shaped: number;
  /** Of a text about a market: the turn of speech by which it takes a side. */
  turn: Turn | undefined;
};

const set = featureSet(SENTIMENT_BITS, MAX_ROWS);

/** The row of a word alone. */
export const rowOfWord = (hash: number): number => rowOf(hash, SENTIMENT_BITS);

/** The sum of good and of bad words, the shape, and what no word says, as steps. */
const STEPS = {
  score: [-0.8, -0.6, -0.4, -0.2, -0.05, 0.05, 0.2, 0.4, 0.6, 0.8],
  good: [0.5, 1.5, 2.5, 4, 6, 9],
  bad: [0.5, 1.5, 2.5, 4, 6, 9],
  exclamations: [1, 2, 4],
  questions: [1, 2],
  links: [1],
  handles: [1, 2],
  hashtags: [1, 3],
  length: [40, 80, 120],
};
type Shape = Record<keyof typeof STEPS, number>;
type Step = { of: keyof Shape; from: number; hash: number };
const SHAPES: readonly Step[] = Object.entries(STEPS).flatMap(([of, limits]) =>
  limits.map((from) => ({ of: of as keyof Shape, from, hash: hashOf(`${of} >= ${from}`) })),
);

function shapeOf(tokens: Readonly<Tokens>, scored: Readonly<ScoredTokens>): Shape {
  let [good, bad] = [0, 0];
  for (let i = 0; i < scored.count; i++) {
    const rating = scored.ratings[i] ?? 0;
    if (rating > 0) good += rating;
    else bad -= rating;
  }
  let [links, handles, hashtags] = [0, 0, 0];
  for (let i = 0; i < tokens.count; i++) {
    if (tokens.kinds[i] === TokenKind.link) links++;
    else if (tokens.kinds[i] === TokenKind.handle) handles++;
    else if (tokens.kinds[i] === TokenKind.tag) hashtags++;
  }
  const { exclamations, questions } = scored;
  return {
    score: lexiconScore(good - bad, scored),
    good,
    bad,
    exclamations,
    questions,
    links,
    handles,
    hashtags,
    length: tokens.text.length,
  };
}

const START = hashOf("^");
const NOT = hashOf("not..");

/** Words, two and three in a row, and those behind a negation. */
function touchWords({ hashes, roles, count }: Readonly<ScoredTokens>): void {
  let [before, pair, negated] = [START, 0, 0];
  for (let i = 0; i < count; i++) {
    const hash = hashes[i] ?? 0;
    touchFeature(set, hash);
    const both = joinHashes(before, hash);
    touchFeature(set, both);
    if (i > 1) touchFeature(set, joinHashes(pair, hash));
    if (negated > 0) touchFeature(set, joinHashes(NOT, hash));
    negated = roles[i] === WordRole.negation ? NEGATION_SCOPE : negated - 1;
    [before, pair] = [hash, both];
  }
}

const GRAM = hashOf("~");
const BLANK = 32;

/** Character n-grams of the words with a blank around them. */
function touchGrams(
  { lower, starts, ends, kinds }: Readonly<Tokens>,
  { indexes: tokens, count }: Readonly<ScoredTokens>,
): void {
  for (let i = 0; i < count; i++) {
    const token = tokens[i] ?? 0;
    const kind = kinds[token] ?? 0;
    if (kind !== TokenKind.word && kind !== TokenKind.tag) continue;
    const start = starts[token] ?? 0;
    const end = ends[token] ?? 0;
    for (let from = start - 1; from < MAX_GRAMMED && from + SHORTEST_GRAM <= end + 1; from++) {
      const to = Math.min(end + 1, from + LONGEST_GRAM);
      let state = GRAM;
      for (let at = from; at < to; at++) {
        state = mixHash(state, at < start || at === end ? BLANK : lower.charCodeAt(at));
        if (at - from >= SHORTEST_GRAM - 1) touchFeature(set, state);
      }
    }
  }
}

let last: { text: string; reading: SentimentReading } | undefined;

/**
 * The answer is overwritten by the next call for another text: use it at once. Mood and stance
 * read the same text one after another.
 */
export function readSentiment(text: string): SentimentReading {
  if (last?.text !== text) last = { text, reading: readAnew(text) };
  return last.reading;
}

function readAnew(text: string): SentimentReading {
  const tokens = tokenize(text);
  const scored = scoreWords(tokens);
  clearFeatures(set);
  const shape = shapeOf(tokens, scored);
  for (const { of, from, hash } of SHAPES) if (shape[of] >= from) touchFeature(set, hash);
  const shaped = set.count;
  touchWords(scored);
  touchGrams(tokens, scored);
  const turn = scored.aboutMarkets ? turnIn(tokens) : undefined;
  return { tokens, scored, set, shaped, turn };
}
