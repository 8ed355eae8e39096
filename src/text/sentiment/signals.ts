import { hashOf } from "../hashing/feature-hash.ts";
import type { SentimentReading } from "./features.ts";
import { WordRole } from "./lexicon/index.ts";
import { lexiconScore } from "./lexicon-score.ts";

/** Squeezes a sum of ratings into -1..1; the smaller `half`, the sooner it saturates. */
const squeezed = (sum: number, half: number) => sum / Math.sqrt(sum * sum + half);

const DOTS = hashOf("..");

/**
 * What the ratings of the words add up to, in the ways that a reader may weigh them, and how the
 * text is written.
 */
function tallies({ tokens, scored }: SentimentReading): number[] {
  const { count, ratings, roles } = scored;
  const middle = count >> 1;
  let [praise, blame, goods, bads, best, worst, first, last, capitals] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0,
  ];
  const seen = new Uint8Array(8);
  let dots = 0;
  for (let i = 0; i < count; i++) {
    const rating = ratings[i] ?? 0;
    seen[roles[i] ?? 0] = Math.min(3, (seen[roles[i] ?? 0] ?? 0) + 1);
    if (scored.hashes[i] === DOTS) dots++;
    if (rating === 0) continue;
    if (i < middle) first += rating;
    last = rating;
    if (rating > 0) {
      praise += rating;
      goods++;
      best = Math.max(best, rating);
    } else {
      blame += rating;
      bads++;
      worst = Math.min(worst, rating);
    }
  }
  const length = Math.min(tokens.text.length, 280);
  for (let at = 0; at < length; at++)
    if (tokens.text.charCodeAt(at) !== tokens.lower.charCodeAt(at)) capitals++;
  const [sum, words] = [praise + blame, count + 3];
  return [
    lexiconScore(sum, scored),
    squeezed(sum, 5),
    squeezed(sum, 15),
    squeezed(sum, 40),
    squeezed(praise, 15),
    squeezed(blame, 15),
    praise / words,
    blame / words,
    goods / 3,
    bads / 3,
    best / 4,
    worst / 4,
    last / 4,
    squeezed(first, 15),
    squeezed(sum - first, 15),
    Math.min(scored.exclamations, 5) / 3,
    Math.min(scored.questions, 3) / 2,
    Math.min(dots, 2) / 2,
    1 / Math.sqrt(words),
    length / 140,
    capitals / (length + 10),
    (seen[WordRole.but] ?? 0) / 2,
    (seen[WordRole.negation] ?? 0) / 2,
    ((seen[WordRole.boost] ?? 0) + (seen[WordRole.so] ?? 0)) / 2,
    Number(scored.aboutMarkets),
  ];
}

/** The same by the general lexicon alone. */
function baselineTallies({ scored }: SentimentReading): number[] {
  const { ratings, count } = scored.baseline;
  let [praise, blame, last] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const rating = ratings[i] ?? 0;
    if (rating > 0) praise += rating;
    else blame += rating;
    if (rating !== 0) last = rating;
  }
  const sum = praise + blame;
  return [
    lexiconScore(sum, scored),
    squeezed(sum, 5),
    squeezed(sum, 40),
    squeezed(praise, 15),
    squeezed(blame, 15),
    last / 4,
  ];
}

/** How the scores of negative, neutral and positive lean, by how much, and how neutral they are. */
function leaning(scores: readonly number[]): { lean: number; odds: number; neutral: number } {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  const [negative = 0, neutral = 0, positive = 0] = powers.map((power) => power / sum);
  return {
    lean: positive - negative,
    odds: Math.tanh(((scores[2] ?? 0) - (scores[0] ?? 0)) / 2),
    neutral,
  };
}

/** What the model has for single words, added up: words that no list has count here. */
function leanings({ scored }: SentimentReading, leanOf: SentimentSignals["leanOf"]): number[] {
  let [praise, blame, best, worst, newPraise, newBlame] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < scored.count; i++) {
    if (scored.roles[i] === WordRole.end) continue;
    const lean = leanOf(scored.hashes[i] ?? 0);
    const listed = scored.ratings[i] !== 0;
    if (lean > 0) {
      praise += lean;
      best = Math.max(best, lean);
      if (!listed) newPraise += lean;
    } else {
      blame += lean;
      worst = Math.min(worst, lean);
      if (!listed) newBlame += lean;
    }
  }
  return [
    squeezed(praise + blame, 5),
    squeezed(praise + blame, 40),
    squeezed(praise, 10),
    squeezed(blame, 10),
    best,
    worst,
    squeezed(newPraise, 10),
    squeezed(newBlame, 10),
    squeezed(newPraise + newBlame, 10),
  ];
}

/**
 * What the model says: the scores of the labels by all its rows and by its n-grams alone, and how a
 * single word leans to good or bad.
 */
export type SentimentSignals = {
  scores: readonly number[];
  ofGrams: readonly number[];
  leanOf: (hash: number) => number;
};

/** What the score is blended from: what the ratings add up to, and what the model says. */
export function sentimentSignals(
  reading: SentimentReading,
  { scores, ofGrams, leanOf }: SentimentSignals,
): number[] {
  const sums = tallies(reading);
  const { lean, odds, neutral } = leaning(scores);
  const grams = leaning(ofGrams);
  const felt = 1 - neutral;
  return [
    ...sums,
    ...baselineTallies(reading),
    ...scores.map((score) => Math.tanh(score / 3)),
    ...[lean, odds, neutral, lean * felt, odds * felt, (sums[0] ?? 0) * felt],
    ...[grams.lean, grams.odds, grams.neutral, grams.lean * (1 - grams.neutral)],
    ...leanings(reading, leanOf),
  ];
}
