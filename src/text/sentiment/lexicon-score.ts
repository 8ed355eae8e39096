import { hashOf, joinHashes } from "../hashing/feature-hash.ts";
import { classOf, isWordly, MARK } from "../tokenize/char-class.ts";
import { TokenKind, type Tokens } from "../tokenize/tokenize.ts";
import {
  listedRating,
  roleOf,
  type SentimentLexicon,
  saidTogether,
  sentimentLexicon,
  WordRole,
} from "./lexicon/index.ts";
import { MAX_RATED, ratedWords, type ScoredTokens } from "./lexicon/scored-tokens.ts";
import { ratingOf } from "./lexicon/table.ts";
import { applyContext, BOOST, isShouted } from "./word-context.ts";

/* VADER's empirical constants (Hutto and Gilbert 2014). */
const EXCLAMATION = 0.292;
const QUESTION = 0.18;
const QUESTIONS = 0.96;
const NORMALISER = 15;
/** A longer row of letters is no stretched word. */
const LONGEST_WORD = 40;

const rated: ScoredTokens = {
  ...ratedWords(),
  usual: ratedWords(),
  exclamations: 0,
  questions: 0,
  aboutMarkets: false,
};

const [EXCLAMATION_MARK, QUESTION_MARK] = [33, 63];
const DOLLARS = hashOf("$0");

/** Picks what sentiment is read from out of the tokens. */
function pick(from: SentimentLexicon, scan: Readonly<Tokens>): void {
  rated.count = rated.exclamations = rated.questions = 0;
  rated.aboutMarkets = false;
  for (let i = 0; i < scan.count && rated.count < MAX_RATED; i++) {
    const kind = scan.kinds[i] ?? 0;
    const hash = scan.hashes[i] ?? 0;
    if (kind === TokenKind.symbol || (kind === TokenKind.number && hash === DOLLARS))
      rated.aboutMarkets = true;
    if (kind > TokenKind.tag) continue;
    const role =
      kind === TokenKind.word || kind === TokenKind.mark
        ? roleOf(from, scan, i, hash)
        : WordRole.none;
    if (kind === TokenKind.mark) {
      if (role !== WordRole.end) continue;
      const length = (scan.ends[i] ?? 0) - (scan.starts[i] ?? 0);
      const mark = scan.lower.charCodeAt(scan.starts[i] ?? 0);
      if (mark === EXCLAMATION_MARK) rated.exclamations += length;
      else if (mark === QUESTION_MARK) rated.questions += length;
    } else if (!rated.aboutMarkets) rated.aboutMarkets = !Number.isNaN(ratingOf(from.trade, hash));
    rated.tokens[rated.count] = i;
    rated.hashes[rated.count] = hash;
    rated.roles[rated.count++] = role;
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

function alone(from: SentimentLexicon, scan: Readonly<Tokens>, i: number): number {
  const role = rated.roles[i] ?? 0;
  if (
    role === WordRole.boost ||
    role === WordRole.damp ||
    role === WordRole.end ||
    role === WordRole.so
  )
    return 0;
  const token = rated.tokens[i] ?? 0;
  const rating = listedRating(from, rated.hashes[i] ?? 0, rated.aboutMarkets);
  if (!Number.isNaN(rating)) return rating;
  if (scan.kinds[token] !== TokenKind.word) return 0;
  for (const keep of [2, 1]) {
    const hash = unstretched(scan, token, keep);
    if (hash === 0) return 0;
    const found = listedRating(from, hash, rated.aboutMarkets);
    if (!Number.isNaN(found)) return found + Math.sign(found) * BOOST;
  }
  return 0;
}

/**
 * Each word as the lists have it; of words in a row that mean something together, the last has it
 * all.
 */
function rateAlone(from: SentimentLexicon, scan: Readonly<Tokens>): void {
  const { hashes, ratings, spans, count } = rated;
  let [before, pair] = [0, 0];
  for (let i = 0; i < count; i++) {
    const hash = hashes[i] ?? 0;
    const both = joinHashes(before, hash);
    ratings[i] = alone(from, scan, i);
    spans[i] = 1;
    for (const [span, row] of [
      [3, joinHashes(pair, hash)],
      [2, both],
    ] as const) {
      const together = i < span - 1 ? Number.NaN : saidTogether(from, row, rated.aboutMarkets);
      if (Number.isNaN(together)) continue;
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
  const glued = (mark: number, beyond: number) => classOf(mark) === MARK && isWordly(beyond);
  return (
    !glued(lower.charCodeAt(end), lower.charCodeAt(end + 1)) &&
    !glued(lower.charCodeAt(start - 1), lower.charCodeAt(start - 2))
  );
}

/** The same words without marks, as the general lexicon has them. */
function rateUsual({ general }: SentimentLexicon, scan: Readonly<Tokens>): void {
  const { usual } = rated;
  usual.count = 0;
  for (let i = 0; i < rated.count; i++) {
    const role = rated.roles[i] ?? 0;
    if (role === WordRole.end) continue;
    const bare =
      role === WordRole.boost || role === WordRole.damp || !standsAlone(scan, rated.tokens[i] ?? 0);
    const rating = bare ? Number.NaN : ratingOf(general, rated.hashes[i] ?? 0);
    usual.tokens[usual.count] = rated.tokens[i] ?? 0;
    usual.hashes[usual.count] = rated.hashes[i] ?? 0;
    const silent = Number.isNaN(rating);
    usual.roles[usual.count] = silent ? role : WordRole.none;
    usual.spans[usual.count] = 1;
    usual.ratings[usual.count++] = silent ? 0 : rating;
  }
}

/** Every word with its rating in its place. Overwritten by the next call. */
export function rateWords(scan: Readonly<Tokens>): Readonly<ScoredTokens> {
  const from = sentimentLexicon();
  pick(from, scan);
  rateAlone(from, scan);
  rateUsual(from, scan);
  let shouted = 0;
  for (let i = 0; i < rated.usual.count; i++)
    if (isShouted(scan, rated.usual.tokens[i] ?? 0)) shouted++;
  const emphasis = shouted > 0 && shouted < rated.usual.count;
  applyContext(rated, scan, emphasis);
  applyContext(rated.usual, scan, emphasis);
  return rated;
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
