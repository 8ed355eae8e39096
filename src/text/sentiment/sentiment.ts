import { unpackSquares } from "../hashing/sparse-matrix.ts";
import { detectLanguage } from "../language/detect.ts";
import { ensembleScore } from "./ensemble.ts";
import { readSentiment, rowOfWord, SENTIMENT_BITS, type SentimentReading } from "./features.ts";
import { WordRole } from "./lexicon/index.ts";
import { lexiconScore } from "./lexicon-score.ts";
import { languageSentiment, RATED_LANGUAGES } from "./other-languages.ts";
import { type SentimentSignals, sentimentSignals } from "./signals.ts";
import { SENTIMENT_WEIGHTS } from "./weights/sentiment.ts";
import { RESIDUAL_BITS, residualOf, residualsIn } from "./word-residuals.ts";

export const SENTIMENT_LABELS = ["negative", "neutral", "positive"] as const;
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];
const COLUMNS = SENTIMENT_LABELS.length;

export type DrivingWord = { word: string; weight: number };

const DRIVING_WORDS = 5;
const NOTHING = 0.02;

let unpacked: { labels: Int16Array; residuals: Int16Array } | undefined;

function tables() {
  unpacked ??= {
    labels: unpackSquares(SENTIMENT_WEIGHTS.table, COLUMNS << SENTIMENT_BITS),
    residuals: unpackSquares(SENTIMENT_WEIGHTS.residuals.table, 1 << RESIDUAL_BITS),
  };
  return unpacked;
}

/** What the rows from `from` to `to` add to the scores of the labels. */
function votes({ set: { rows, count } }: SentimentReading, from: number, to: number): number[] {
  const cells = tables().labels;
  let [negative, neutral, positive] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    const at = (rows[i] ?? 0) * COLUMNS;
    negative += cells[at] ?? 0;
    neutral += cells[at + 1] ?? 0;
    positive += cells[at + 2] ?? 0;
  }
  const scale = SENTIMENT_WEIGHTS.step / Math.sqrt(count + 1);
  return [negative * scale, neutral * scale, positive * scale];
}

/** How a word alone leans to good or bad. */
function leanOf(hash: number): number {
  const at = rowOfWord(hash) * COLUMNS;
  const { labels } = tables();
  return ((labels[at + 2] ?? 0) - (labels[at] ?? 0)) * SENTIMENT_WEIGHTS.step;
}

/** The labels' scores before the softmax, the part of the n-grams in them, and the words alone. */
function opinionOn(reading: SentimentReading): SentimentSignals {
  const ofShape = votes(reading, 0, reading.shaped);
  const ofGrams = votes(reading, reading.shaped, reading.set.count);
  const scores = ofGrams.map(
    (vote, label) => vote + (ofShape[label] ?? 0) + (SENTIMENT_WEIGHTS.bias[label] ?? 0),
  );
  return { scores, ofGrams, leanOf };
}

/** Marks and numbers alone say nothing. */
function hasWords({ scored }: SentimentReading): boolean {
  for (let i = 0; i < scored.count; i++) if (scored.roles[i] !== WordRole.end) return true;
  return false;
}

/** "The worst is over": the model hears "worst", the lists know the turn. */
const BY_LISTS = 0.6;

function withReversals(score: number, { scored }: SentimentReading): number {
  const { ratings, count } = scored;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += ratings[i] ?? 0;
  return BY_LISTS * lexiconScore(sum, scored) + (1 - BY_LISTS) * score;
}

/** "How is $DEMO still this cheap": neither the words nor the model hear the side. */
const TURN = { share: 0.7, score: 0.6 };

function withTurn(score: number, { turn }: SentimentReading): number {
  return turn ? TURN.share * TURN.score * turn.side + (1 - TURN.share) * score : score;
}

function scoreOf(reading: SentimentReading): number {
  if (!hasWords(reading)) return 0;
  const { ensemble, residuals } = SENTIMENT_WEIGHTS;
  const corrected = residualOf(residualsIn(reading.scored), tables().residuals) * residuals.step;
  const blended =
    ensembleScore(ensemble, sentimentSignals(reading, opinionOn(reading))) + corrected;
  const turned = reading.scored.reversals > 0 ? withReversals(blended, reading) : blended;
  const score = withTurn(turned, reading);
  return Math.max(-1, Math.min(1, score));
}

/** How good or bad a text sounds, -1..1; 0 for a text without words. */
export const sentiment = (text: string): number => scoreOf(readSentiment(text));

/**
 * The sentiment of a text in `lang` (ISO 639-1; read from the text when it is not given), or null
 * when no model rates that language. A text in no known language is read as English.
 */
export function sentimentOrNull(text: string, lang?: string | null): number | null {
  const language = lang ?? detectLanguage(text);
  if (language === undefined || language === "en") return sentiment(text);
  return RATED_LANGUAGES.has(language) ? languageSentiment(text) : null;
}

/**
 * The label has weights of its own: a score near 0 is not the same as what a reader would call
 * neutral.
 */
export function sentimentLabel(text: string): SentimentLabel {
  const reading = readSentiment(text);
  if (!hasWords(reading)) return "neutral";
  const { scores } = opinionOn(reading);
  return SENTIMENT_LABELS[scores.indexOf(Math.max(...scores))] ?? "neutral";
}

/** The score, and the words that drove it: strongest first, with a signed weight. */
export function explainSentiment(text: string): { score: number; words: DrivingWord[] } {
  const reading = readSentiment(text);
  const { tokens, scored } = reading;
  const weights = new Map<string, number>();
  for (let i = 0; i < scored.count; i++) {
    const first = i + 1 - (scored.spans[i] ?? 1);
    const word = tokens.lower.slice(
      tokens.starts[scored.indexes[first] ?? 0],
      tokens.ends[scored.indexes[i] ?? 0],
    );
    const weight = (scored.ratings[i] ?? 0) / 4 + leanOf(scored.hashes[i] ?? 0) / 10;
    if (Math.abs(weight) > Math.abs(weights.get(word) ?? 0)) weights.set(word, weight);
  }
  if (reading.turn) weights.set(reading.turn.words, reading.turn.side);
  const words = [...weights]
    .map(([word, weight]) => ({ word, weight: Math.round(weight * 100) / 100 }))
    .filter(({ weight }) => Math.abs(weight) >= NOTHING)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return { score: scoreOf(reading), words: words.slice(0, DRIVING_WORDS) };
}
