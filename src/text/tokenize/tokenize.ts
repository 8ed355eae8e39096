import { hashOf, hashRange, mixHash, SEED } from "../hashing/feature-hash.ts";
import { foldConfusables } from "../normalize.ts";
import {
  classOf,
  DIGIT,
  EMOJI,
  isDigit,
  isLetter,
  isWordCharacter,
  LETTER,
  PUNCTUATION,
  SPACE,
} from "./char-class.ts";
import { emoticonEnd, emoticonHash } from "./emoticon.ts";

/** What a token is; those after `tag` stand for their kind where tokens are read in a row. */
export const TokenKind = {
  word: 0,
  punctuation: 1,
  emoticon: 2,
  emoji: 3,
  number: 4,
  tag: 5,
  handle: 6,
  symbol: 7,
  link: 8,
  address: 9,
} as const;

/**
 * The tokens of a text. `text` is what was read, with look-alike letters and escapes undone, and
 * `lower` has the same length. `hashes` are those of the lower-case token without its sign, of a
 * link's host, of a number's form ("+0%", "0x", "$0k"); `plain` the same, or that of the kind.
 */
export type Tokens = {
  text: string;
  lower: string;
  count: number;
  readonly kinds: Uint8Array;
  readonly starts: Uint16Array;
  readonly ends: Uint16Array;
  readonly hashes: Int32Array;
  readonly generalHashes: Int32Array;
  lines: number;
};

/** Tokens that are read; a longer text has made its point by then. */
export const MAX_TOKENS = 300;
const MAX_LENGTH = 10_000;
const [APOSTROPHE, CURLY, DOT, COMMA, DASH, SLASH, PERCENT, PLUS] = [
  39, 0x2019, 46, 44, 45, 47, 37, 43,
];
const [AT, HASH, DOLLAR] = [64, 35, 36];

const tokens: Tokens = {
  text: "",
  lower: "",
  count: 0,
  kinds: new Uint8Array(MAX_TOKENS),
  starts: new Uint16Array(MAX_TOKENS),
  ends: new Uint16Array(MAX_TOKENS),
  hashes: new Int32Array(MAX_TOKENS),
  generalHashes: new Int32Array(MAX_TOKENS),
  lines: 0,
};
const KIND_HASHES = Int32Array.from({ length: 10 }, (_, kind) => hashOf(`_kind${kind}`));

/** Adds a token; answers where it ends. */
function add(kind: number, from: number, to: number, hash: number): number {
  const at = tokens.count++;
  tokens.kinds[at] = kind;
  tokens.starts[at] = from;
  tokens.ends[at] = to;
  tokens.hashes[at] = hash;
  tokens.generalHashes[at] = kind > TokenKind.tag ? (KIND_HASHES[kind] ?? 0) : hash;
  return to;
}

/** Letters, digits, and apostrophes between them. */
function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const joins =
      (code === APOSTROPHE || code === CURLY) && at > from && isLetter(text.charCodeAt(at + 1));
    if (!joins && !isWordCharacter(code)) break;
    at++;
  }
  return at;
}

function gapAfter(text: string, from: number): number {
  let at = from;
  while (at < text.length && classOf(text.charCodeAt(at)) !== SPACE) at++;
  return at;
}

/**
 * Last labels of names that are links without a scheme; other words that a dot joins lack their
 * blank.
 */
const SUFFIXES = new Set(
  `
    ai app club co com eu fi finance fun gg info io live ly me money net online org pro site tv uk
    us xyz
  `
    .trim()
    .split(/\s+/),
);

/** Where the host name ends whose first label ends at `from`: there, if it is none. */
function hostEnd(lower: string, from: number): number {
  let found = from;
  let at = from;
  while (lower.charCodeAt(at) === DOT) {
    let next = at + 1;
    while (isWordCharacter(lower.charCodeAt(next)) || lower.charCodeAt(next) === DASH) next++;
    if (next === at + 1) break;
    if (next - at <= 8 && SUFFIXES.has(lower.slice(at + 1, next))) found = next;
    at = next;
  }
  return found;
}

function addLink(lower: string, from: number, host: number, end: number): number {
  const bare = lower.startsWith("www.", host) ? host + 4 : host;
  let to = bare;
  while (
    to < end &&
    (isWordCharacter(lower.charCodeAt(to)) ||
      lower.charCodeAt(to) === DOT ||
      lower.charCodeAt(to) === DASH)
  )
    to++;
  return add(TokenKind.link, from, end, hashRange(lower, bare, to));
}

function isAddress(lower: string, from: number, to: number): boolean {
  if (to - from < 32 || to - from > 90) return false;
  let digits = 0;
  for (let at = from; at < to; at++) {
    const kind = lower.charCodeAt(at) < 128 ? classOf(lower.charCodeAt(at)) : PUNCTUATION;
    if (kind === DIGIT) digits++;
    else if (kind !== LETTER) return false;
  }
  return digits > 0;
}

function addWord(lower: string, from: number): number {
  const end = wordEnd(lower, from);
  if (end - from <= 5 && lower.startsWith("://", end) && lower.startsWith("http", from)) {
    const host = classOf(lower.charCodeAt(end + 3)) === SPACE ? end + 4 : end + 3;
    return addLink(lower, from, host, gapAfter(lower, host));
  }
  if (lower.charCodeAt(end) === DOT) {
    const host = hostEnd(lower, end);
    if (host > end)
      return addLink(
        lower,
        from,
        from,
        lower.charCodeAt(host) === SLASH ? gapAfter(lower, host) : host,
      );
  }
  if (isAddress(lower, from, end))
    return add(TokenKind.address, from, end, KIND_HASHES[TokenKind.address] ?? 0);
  return add(TokenKind.word, from, end, hashRange(lower, from, end));
}

/**
 * A number by its form: its sign, "$", a unit of one or two letters, "%". `from` is where its
 * digits begin; a longer word is a word.
 */
function addNumber(lower: string, from: number): number {
  let at = from;
  while (
    isDigit(lower.charCodeAt(at)) ||
    ((lower.charCodeAt(at) === DOT || lower.charCodeAt(at) === COMMA) &&
      isDigit(lower.charCodeAt(at + 1)))
  )
    at++;
  const digits = at;
  while (isLetter(lower.charCodeAt(at)) && at - digits < 3) at++;
  if (at - digits > 2 || isDigit(lower.charCodeAt(at))) return addWord(lower, from);
  let start = from;
  let state = SEED;
  if (lower.charCodeAt(start - 1) === DOLLAR) state = mixHash(state, lower.charCodeAt(--start));
  const sign = lower.charCodeAt(start - 1);
  if ((sign === PLUS || sign === DASH) && !isWordCharacter(lower.charCodeAt(start - 2)))
    state = mixHash(state, sign);
  state = mixHash(state, 48);
  for (let unit = digits; unit < at; unit++) state = mixHash(state, lower.charCodeAt(unit));
  if (lower.charCodeAt(at) === PERCENT) state = mixHash(state, lower.charCodeAt(at++));
  return add(TokenKind.number, start, at, state);
}

function addSigned(lower: string, from: number, code: number): number {
  const next = lower.charCodeAt(from + 1);
  if (code === DOLLAR && isDigit(next)) return addNumber(lower, from + 1);
  if (!isWordCharacter(next) || (code !== AT && code !== HASH && code !== DOLLAR)) return from;
  const end = wordEnd(lower, from + 1);
  const kind = code === AT ? TokenKind.handle : code === HASH ? TokenKind.tag : TokenKind.symbol;
  return add(kind, from, end, hashRange(lower, from + 1, end));
}

/** A row of the same mark is one; three are no more than two. */
function addPunctuation(lower: string, from: number): number {
  const code = lower.charCodeAt(from);
  const signed = addSigned(lower, from, code);
  if (signed > from) return signed;
  const face = emoticonEnd(lower, from);
  if (face > from) return add(TokenKind.emoticon, from, face, emoticonHash(lower, from, face));
  let to = from + 1;
  while (lower.charCodeAt(to) === code) to++;
  return add(TokenKind.punctuation, from, to, hashRange(lower, from, Math.min(to, from + 2)));
}

/** A picture, and the colour of skin that may follow it, as one. */
function addEmoji(text: string, from: number): number {
  const code = text.codePointAt(from) ?? 0;
  const to = from + (code > 0xffff ? 2 : 1);
  const tone = text.codePointAt(to) ?? 0;
  return add(
    TokenKind.emoji,
    from,
    tone >= 0x1f3fb && tone <= 0x1f3ff ? to + 2 : to,
    hashRange(text, from, to),
  );
}

const ENTITY: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/** Some collections hold the escape instead of the letter. */
function decoded(text: string): string {
  const letters = text.includes("\\u")
    ? text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
    : text;
  return letters.includes("&")
    ? letters.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITY[entity] ?? entity)
    : letters;
}

/** Sets the text to be read, and counts its lines. */
function begin(raw: string): void {
  const text = decoded(raw.slice(0, MAX_LENGTH));
  let high = 0;
  tokens.lines = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high |= code;
    if (code === 10) tokens.lines++;
  }
  const bare = high < 128 ? text : foldConfusables(text);
  const lower = bare.toLowerCase();
  tokens.lower = lower;
  tokens.text = lower.length === bare.length ? bare : lower;
  tokens.count = 0;
}

let lastRead: string | undefined;

/**
 * Splits a text into tokens in one pass. The answer is overwritten by the next call for another
 * text: read it at once.
 */
export function tokenize(text: string): Readonly<Tokens> {
  if (text === lastRead) return tokens;
  lastRead = text;
  begin(text);
  const { lower } = tokens;
  for (let at = 0; at < lower.length && tokens.count < MAX_TOKENS; ) {
    const kind = classOf(lower.charCodeAt(at));
    if (kind === SPACE) at++;
    else if (kind === LETTER) at = addWord(lower, at);
    else if (kind === DIGIT) at = addNumber(lower, at);
    else at = kind === EMOJI ? addEmoji(lower, at) : addPunctuation(lower, at);
  }
  return tokens;
}
