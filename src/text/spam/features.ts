import { hashOf, joinHashes, mixHash } from "../hashing/feature-hash.ts";
import {
  clearFeatures,
  type FeatureSet,
  featureSet,
  touchFeature,
} from "../hashing/feature-set.ts";
import { TokenKind, type Tokens, tokenize } from "../tokenize/tokenize.ts";

/** 2^bits rows of the hashed table. */
export const SPAM_BITS = 17;
const MAX_WORDS = 250;
/** Characters of a text whose n-grams are read. */
const MAX_GRAMMED = 600;
const [SHORTEST_GRAM, LONGEST_GRAM] = [2, 5];
const MAX_ROWS = 8192;

/**
 * The table rows that a post touches: first those of its `named` features (shape, words, pairs of
 * words), then those of its character n-grams.
 * `origins` holds what a named row stands for: `nameOf` reads it.
 */
export type SpamReading = {
  tokens: Readonly<Tokens>;
  readonly set: FeatureSet;
  readonly origins: Int16Array;
  named: number;
};

const reading: SpamReading = {
  tokens: tokenize(""),
  set: featureSet(SPAM_BITS, MAX_ROWS),
  origins: new Int16Array(MAX_ROWS),
  named: 0,
};

function touchNamed(hash: number, origin: number): void {
  if (touchFeature(reading.set, hash)) reading.origins[reading.set.count - 1] = origin;
}

/**
 * "At least 3 hashtags" is a feature, "3 hashtags" is not. Capitals are in percent of the letters.
 */
const STEPS = {
  length: [30, 60, 100, 140, 200, 240, 280, 400],
  lines: [1, 2, 4, 8],
  handles: [1, 2, 3, 5],
  links: [1, 2],
  hashtags: [1, 2, 4, 6],
  symbols: [4, 6],
  emoji: [4, 8],
  numbers: [1, 3, 6],
  capitals: [10, 20, 40, 70],
  exclamations: [1, 2, 4],
  questions: [1, 2],
};
type Shape = Record<keyof typeof STEPS, number>;
type Step = { of: keyof Shape; from: number; name: string; hash: number };
const SHAPES: readonly Step[] = Object.entries(STEPS).flatMap(([of, limits]) =>
  limits.map((from) => ({
    of: of as keyof Shape,
    from,
    name: `${of} >= ${from}`,
    hash: hashOf(`${of} >= ${from}`),
  })),
);

const EXCLAMATION = hashOf("!");
const QUESTION = hashOf("?");
const LONGEST_SHAPED = 1000;

/** The label that stands before an address. */
const CONTRACT_LABEL = hashOf("ca");

/** A cashtag, an address or its label: what names a token says nothing about spam. */
const isNameOfToken = (kind: number, hash: number): boolean =>
  kind === TokenKind.symbol || kind === TokenKind.address || hash === CONTRACT_LABEL;

/** How many letters from `from` up to `to` are capitals, and how many are small. */
function caseOf(text: string, from: number, to: number): { upper: number; lower: number } {
  let [upper, lower] = [0, 0];
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code >= 65 && code <= 90) upper++;
    else if (code >= 97 && code <= 122) lower++;
  }
  return { upper, lower };
}

/** What the post is made of. Addresses do not count as length, nor cashtags as capitals. */
function shapeOf(tokens: Readonly<Tokens>): Shape {
  const kinds = new Uint16Array(10);
  let [exclamations, questions, capitals, letters] = [0, 0, 0, 1];
  let addressed = 0;
  for (let i = 0; i < tokens.count; i++) {
    const kind = tokens.kinds[i] ?? 0;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (isNameOfToken(kind, tokens.hashes[i] ?? 0)) {
      const [start, end] = [tokens.starts[i] ?? 0, tokens.ends[i] ?? 0];
      if (kind === TokenKind.address) addressed += end - start;
      const { upper, lower } = caseOf(tokens.text, start, end);
      capitals -= upper;
      letters -= lower;
    }
    if (tokens.hashes[i] === EXCLAMATION) exclamations++;
    if (tokens.hashes[i] === QUESTION) questions++;
  }
  const length = Math.min(tokens.text.length, LONGEST_SHAPED);
  const whole = caseOf(tokens.text, 0, length);
  capitals = Math.max(0, capitals + whole.upper);
  letters = Math.max(1, letters + whole.lower);
  const of = (kind: number) => kinds[kind] ?? 0;
  return {
    length: Math.max(0, length - addressed),
    lines: tokens.lines,
    handles: of(TokenKind.handle),
    links: of(TokenKind.link),
    hashtags: of(TokenKind.tag),
    symbols: of(TokenKind.symbol),
    emoji: of(TokenKind.emoji),
    numbers: of(TokenKind.number),
    capitals: (100 * capitals) / (capitals + letters),
    exclamations,
    questions,
  };
}

function touchShape(shape: Shape): void {
  for (let i = 0; i < SHAPES.length; i++) {
    const step = SHAPES[i];
    if (step && shape[step.of] >= step.from) touchNamed(step.hash, -1 - i);
  }
}

/** Three origins a token: itself, its kind, the pair that it ends. */
const [ITSELF, KIND, PAIR] = [0, 1, 2];
const START = hashOf("^");

/**
 * Words, pairs of words; of a link, handle or hashtag its kind and itself. Cashtags and addresses
 * are no evidence alone: they count as neighbours of words only, by their kind. Emoji are left out.
 */
function touchWords(tokens: Readonly<Tokens>): void {
  const count = Math.min(tokens.count, MAX_WORDS);
  let before = START;
  let [afterName, afterWord] = [false, false];
  for (let i = 0; i < count; i++) {
    const kind = tokens.kinds[i] ?? 0;
    if (kind === TokenKind.emoji) continue;
    const hash = tokens.hashes[i] ?? 0;
    const general = tokens.generalHashes[i] ?? 0;
    const isName = isNameOfToken(kind, hash);
    const isWord = kind === TokenKind.word && !isName;
    if (!isName) {
      if (kind > TokenKind.tag) touchNamed(general, 3 * i + KIND);
      touchNamed(kind < TokenKind.tag ? hash : joinHashes(kind, hash), 3 * i + ITSELF);
    }
    if (isName ? afterWord : isWord || !afterName)
      touchNamed(joinHashes(before, general), 3 * i + PAIR);
    before = general;
    afterName = isName;
    afterWord = isWord;
  }
}

const GRAM = hashOf("~");
const BLANK = 32;

/**
 * Character n-grams of the words with a blank around them: they see through new spellings and
 * inflections.
 */
function touchGrams(tokens: Readonly<Tokens>): void {
  const { lower } = tokens;
  for (let i = 0; i < tokens.count; i++) {
    const kind = tokens.kinds[i] ?? 0;
    const start = tokens.starts[i] ?? 0;
    const end = tokens.ends[i] ?? 0;
    if (start > MAX_GRAMMED) break;
    if (
      kind !== TokenKind.word &&
      kind !== TokenKind.tag &&
      kind !== TokenKind.handle &&
      kind !== TokenKind.link
    )
      continue;
    for (let from = start - 1; from < MAX_GRAMMED && from + SHORTEST_GRAM <= end + 1; from++) {
      const to = Math.min(end + 1, from + LONGEST_GRAM);
      let state = GRAM;
      for (let at = from; at < to; at++) {
        state = mixHash(state, at < start || at === end ? BLANK : lower.charCodeAt(at));
        if (at - from >= SHORTEST_GRAM - 1) touchFeature(reading.set, state);
      }
    }
  }
}

/** The answer is overwritten by the next call: use it at once. */
export function readSpam(text: string): Readonly<SpamReading> {
  const tokens = tokenize(text);
  clearFeatures(reading.set);
  touchShape(shapeOf(tokens));
  touchWords(tokens);
  reading.named = reading.set.count;
  touchGrams(tokens);
  return reading;
}

const KIND_NAMES = [
  "",
  "",
  "",
  "",
  "",
  "a hashtag",
  "a handle",
  "a symbol",
  "a link",
  "an address",
];

const WORDS = /[\p{L}\p{N}]/u;

/** What the named row stands for, as a reader would say it; empty for punctuation alone. */
export function nameOf({ tokens, origins }: Readonly<SpamReading>, row: number): string {
  const origin = origins[row] ?? 0;
  if (origin < 0) return SHAPES[-1 - origin]?.name ?? "";
  const token = Math.floor(origin / 3);
  const kind = KIND_NAMES[tokens.kinds[token] ?? 0] || "";
  const itself = tokens.lower.slice(tokens.starts[token], tokens.ends[token]);
  if (!WORDS.test(itself)) return "";
  if (origin % 3 === KIND) return kind;
  if (origin % 3 === ITSELF || token === 0) return itself;
  return `${tokens.lower.slice(tokens.starts[token - 1], tokens.ends[token - 1])} ${itself}`;
}
