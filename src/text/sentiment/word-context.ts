import { hashOf } from "../hashing/feature-hash.ts";
import { TokenKind, type Tokens } from "../tokenize/tokenize.ts";
import { WordRole } from "./lexicon/index.ts";
import { MAX_SCORED, type ScoredWords } from "./lexicon/scored-tokens.ts";

/* VADER's empirical constants (Hutto and Gilbert 2014). */
export const BOOST = 0.293;
const CAPITALS = 0.733;
const NEGATION = -0.74;
const BUT_BEFORE = 0.5;
const BUT_AFTER = 1.5;
/** A booster or negation counts for this much when it stands one, two or three words before. */
const DISTANCE = [1, 0.95, 0.9];
/** "I have never been this happy" turns nothing round. */
const NOT = hashOf("not");
const EMPHATIC = new Set(["so", "this"].map(hashOf));
/** "I have never been more hopeful" neither. */
const [NEVER, BEEN, MORE] = ["never", "been", "more"].map(hashOf);

/** "GREAT" in a text that is not all capitals. */
export function isShouted({ text, lower, starts, ends }: Readonly<Tokens>, token: number): boolean {
  const [start, end] = [starts[token] ?? 0, ends[token] ?? 0];
  let raised = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= 97 && code <= 122) return false;
    if (code !== lower.charCodeAt(at)) raised++;
  }
  return raised > 1;
}

/** "never been more" before a word, or before words that begin so: the most that it ever was. */
const isRecord = (hashes: ScoredWords["hashes"], first: number, back: number): boolean =>
  hashes[first - back] === NEVER &&
  hashes[first - back + 1] === BEEN &&
  (back === 1 || hashes[first - 1] === MORE);

/**
 * How what stands before a scored word changes it: boosters and dampeners move it, a negation turns
 * it round, unless it is a smile or a laugh.
 */
function inContext(
  { roles, hashes, spans }: ScoredWords,
  at: number,
  rating: number,
  isWord: boolean,
): number {
  let changed = rating;
  let negated = false;
  const first = at + 1 - (spans[at] ?? 1);
  for (let back = 1; back <= DISTANCE.length && back <= first; back++) {
    const role = roles[first - back];
    const weight = DISTANCE[back - 1] ?? 0;
    if (role === WordRole.end) break;
    if (role === WordRole.boost || role === WordRole.so)
      changed += Math.sign(rating) * BOOST * weight;
    else if (role === WordRole.damp) changed -= Math.sign(rating) * BOOST * weight;
    else if (isRecord(hashes, first, back)) break;
    else if (role === WordRole.negation) {
      negated ||=
        back === 1 || hashes[first - back] === NOT || !EMPHATIC.has(hashes[first - 1] ?? 0);
    }
  }
  return negated && isWord && roles[at] !== WordRole.laugh ? changed * NEGATION : changed;
}

/** A "no" that turns another word round says nothing itself. */
function negatesAnother({ roles, ratings, count }: ScoredWords, at: number): boolean {
  for (let i = at + 1; i <= Math.min(at + DISTANCE.length, count - 1); i++) {
    if (roles[i] === WordRole.end) return false;
    if (roles[i] !== WordRole.negation && ratings[i] !== 0) return true;
  }
  return false;
}

const context = new Float32Array(MAX_SCORED);

/**
 * Changes the ratings of words to what they are in their place, after VADER's rules for degree,
 * negation, capitals and "but".
 */
export function applyContext(from: ScoredWords, tokens: Readonly<Tokens>, emphasis: boolean): void {
  const { count, ratings, roles, indexes } = from;
  const but = roles.subarray(0, count).indexOf(WordRole.but);
  for (let i = 0; i < count; i++) {
    const own = ratings[i] ?? 0;
    context[i] = 0;
    if (own === 0) continue;
    if (roles[i] === WordRole.negation) {
      context[i] = negatesAnother(from, i) ? 0 : own;
      continue;
    }
    const loud =
      emphasis && isShouted(tokens, indexes[i] ?? 0) ? own + Math.sign(own) * CAPITALS : own;
    const kind = tokens.kinds[indexes[i] ?? 0] ?? 0;
    const placed = inContext(from, i, loud, kind === TokenKind.word || kind === TokenKind.tag);
    context[i] = but < 0 ? placed : placed * (i < but ? BUT_BEFORE : BUT_AFTER);
  }
  ratings.set(context.subarray(0, count));
}
