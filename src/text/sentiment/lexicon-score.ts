import { hashOf, joinHashes } from "../hashing/feature-hash.ts";
import { classOf, isWordCharacter, PUNCTUATION } from "../tokenize/char-class.ts";
import { TokenKind, type Tokens } from "../tokenize/tokenize.ts";
import {
  listedRating,
  reversalOf,
  roleOf,
  type SentimentLexicon,
  saidTogether,
  sentimentLexicon,
  WordRole,
} from "./lexicon/index.ts";
import { emptyScoredWords, MAX_SCORED, type ScoredTokens } from "./lexicon/scored-tokens.ts";
import { ratingOf } from "./lexicon/table.ts";
import { applyContext, BOOST, isShouted } from "./word-context.ts";

/* VADER's empirical constants (Hutto and Gilbert 2014). */
const EXCLAMATION = 0.292;
const QUESTION = 0.18;
const QUESTIONS = 0.96;
const NORMALISER = 15;
/** A longer row of letters is no stretched word. */
const LONGEST_WORD = 40;

const scored: ScoredTokens = {
  ...emptyScoredWords(),
  baseline: emptyScoredWords(),
  exclamations: 0,
  questions: 0,
  aboutMarkets: false,
  reversals: 0,
};

const [EXCLAMATION_MARK, QUESTION_MARK] = [33, 63];
const DOLLARS = hashOf("$0");

/** Picks what sentiment is read from out of the tokens. */
function pick(from: SentimentLexicon, tokens: Readonly<Tokens>): void {
  scored.count = scored.exclamations = scored.questions = scored.reversals = 0;
  scored.aboutMarkets = false;
  for (let i = 0; i < tokens.count && scored.count < MAX_SCORED; i++) {
    const kind = tokens.kinds[i] ?? 0;
    const hash = tokens.hashes[i] ?? 0;
    if (kind === TokenKind.symbol || (kind === TokenKind.number && hash === DOLLARS))
      scored.aboutMarkets = true;
    if (kind > TokenKind.tag) continue;
    const role =
      kind === TokenKind.word || kind === TokenKind.punctuation
        ? roleOf(from, tokens, i, hash)
        : WordRole.none;
    if (kind === TokenKind.punctuation) {
      if (role !== WordRole.end) continue;
      const length = (tokens.ends[i] ?? 0) - (tokens.starts[i] ?? 0);
      const mark = tokens.lower.charCodeAt(tokens.starts[i] ?? 0);
      if (mark === EXCLAMATION_MARK) scored.exclamations += length;
      else if (mark === QUESTION_MARK) scored.questions += length;
    } else if (!scored.aboutMarkets)
      scored.aboutMarkets = !Number.isNaN(ratingOf(from.trade, hash));
    scored.indexes[scored.count] = i;
    scored.hashes[scored.count] = hash;
    scored.roles[scored.count++] = role;
  }
}

/**
 * The hash of a stretched word ("sooo", "coool") with runs of three letters and more cut to `keep`;
 * 0 when it has none.
 */
function unstretched(
  { lower, starts, ends }: Readonly<Tokens>,
  token: number,
  keep: number,
): number {
  const [start, end] = [starts[token] ?? 0, ends[token] ?? 0];
  if (end - start > LONGEST_WORD) return 0;
  let [run, cut, word] = [0, false, ""];
  for (let at = start; at < end; at++) {
    run = at > start && lower.charCodeAt(at) === lower.charCodeAt(at - 1) ? run + 1 : 1;
    if (run > 2) cut = true;
  }
  if (!cut) return 0;
  for (let at = start; at < end; ) {
    let next = at + 1;
    while (next < end && lower.charCodeAt(next) === lower.charCodeAt(at)) next++;
    word += lower.slice(at, next - at > 2 ? at + keep : next);
    at = next;
  }
  return hashOf(word);
}

function alone(from: SentimentLexicon, tokens: Readonly<Tokens>, i: number): number {
  const role = scored.roles[i] ?? 0;
  if (
    role === WordRole.boost ||
    role === WordRole.damp ||
    role === WordRole.end ||
    role === WordRole.so
  )
    return 0;
  const token = scored.indexes[i] ?? 0;
  const rating = listedRating(from, scored.hashes[i] ?? 0, scored.aboutMarkets);
  if (!Number.isNaN(rating)) return rating;
  if (tokens.kinds[token] !== TokenKind.word) return 0;
  for (const keep of [2, 1]) {
    const hash = unstretched(tokens, token, keep);
    if (hash === 0) return 0;
    const found = listedRating(from, hash, scored.aboutMarkets);
    if (!Number.isNaN(found)) return found + Math.sign(found) * BOOST;
  }
  return 0;
}

/**
 * Each word as the lists have it; of words in a row that mean something together, the last has it
 * all.
 */
function scoreAlone(from: SentimentLexicon, tokens: Readonly<Tokens>): void {
  const { hashes, ratings, spans, count } = scored;
  let [before, pair] = [0, 0];
  for (let i = 0; i < count; i++) {
    const hash = hashes[i] ?? 0;
    const both = joinHashes(before, hash);
    ratings[i] = alone(from, tokens, i);
    spans[i] = 1;
    for (const [span, row] of [
      [3, joinHashes(pair, hash)],
      [2, both],
    ] as const) {
      if (i < span - 1) continue;
      const reversal = reversalOf(from, row);
      const isReversal = !Number.isNaN(reversal);
      const together = isReversal ? reversal : saidTogether(from, row, scored.aboutMarkets);
      if (Number.isNaN(together)) continue;
      scored.reversals += Number(isReversal);
      ratings.fill(0, i + 1 - span, i);
      ratings[i] = together;
      spans[i] = span;
      break;
    }
    [before, pair] = [hash, both];
  }
}

/** Not part of "spoken-word" or "off.To": what is written together may mean something else. */
function standsAlone({ lower, starts, ends, kinds }: Readonly<Tokens>, token: number): boolean {
  if (kinds[token] !== TokenKind.word) return kinds[token] !== TokenKind.tag;
  const [start, end] = [starts[token] ?? 0, ends[token] ?? 0];
  const glued = (joint: number, beyond: number) =>
    classOf(joint) === PUNCTUATION && isWordCharacter(beyond);
  return (
    !glued(lower.charCodeAt(end), lower.charCodeAt(end + 1)) &&
    !glued(lower.charCodeAt(start - 1), lower.charCodeAt(start - 2))
  );
}

/** The same words without marks, as the general lexicon has them. */
function scoreBaseline({ general }: SentimentLexicon, tokens: Readonly<Tokens>): void {
  const { baseline } = scored;
  baseline.count = 0;
  for (let i = 0; i < scored.count; i++) {
    const role = scored.roles[i] ?? 0;
    if (role === WordRole.end) continue;
    const bare =
      role === WordRole.boost ||
      role === WordRole.damp ||
      !standsAlone(tokens, scored.indexes[i] ?? 0);
    const rating = bare ? Number.NaN : ratingOf(general, scored.hashes[i] ?? 0);
    baseline.indexes[baseline.count] = scored.indexes[i] ?? 0;
    baseline.hashes[baseline.count] = scored.hashes[i] ?? 0;
    const silent = Number.isNaN(rating);
    baseline.roles[baseline.count] = silent ? role : WordRole.none;
    baseline.spans[baseline.count] = 1;
    baseline.ratings[baseline.count++] = silent ? 0 : rating;
  }
}

/** Every word with its rating in its place. Overwritten by the next call. */
export function scoreWords(tokens: Readonly<Tokens>): Readonly<ScoredTokens> {
  const from = sentimentLexicon();
  pick(from, tokens);
  scoreAlone(from, tokens);
  scoreBaseline(from, tokens);
  let shouted = 0;
  for (let i = 0; i < scored.baseline.count; i++)
    if (isShouted(tokens, scored.baseline.indexes[i] ?? 0)) shouted++;
  const emphasis = shouted > 0 && shouted < scored.baseline.count;
  applyContext(scored, tokens, emphasis);
  applyContext(scored.baseline, tokens, emphasis);
  return scored;
}

/**
 * VADER's compound score, -1..1, of the sum of the ratings; exclamation and question marks push it
 * on in its direction.
 */
export function lexiconScore(
  sum: number,
  { exclamations, questions }: Pick<ScoredTokens, "exclamations" | "questions">,
): number {
  const asked = questions < 2 ? 0 : questions > 3 ? QUESTIONS : questions * QUESTION;
  const pushed = sum + Math.sign(sum) * (Math.min(4, exclamations) * EXCLAMATION + asked);
  return pushed / Math.sqrt(pushed * pushed + NORMALISER);
}
