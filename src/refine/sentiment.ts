import { type SparseTable, unpackTable } from "../kit/sparse-table.ts";
import { readSentiment, SENTIMENT_BITS, type SentimentReading } from "./sentiment-features.ts";
import { SENTIMENT_WEIGHTS } from "./weights/sentiment.ts";

export const SENTIMENT_LABELS = ["negative", "neutral", "positive"] as const;
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];

/**
 * `table` has a column for each label and `step` undoes its scaling; `bias` holds each label's own weight. `blend` weighs, for the score, what
 * `evidence` answers.
 */
export type SentimentModel = { step: number; bias: readonly number[]; blend: readonly number[]; table: string };
export type DrivingWord = { word: string; weight: number };

const DRIVING_WORDS = 5;
const NOTHING = 0.02;

let unpacked: SparseTable | undefined;

function table(): SparseTable {
  unpacked ??= unpackTable(SENTIMENT_WEIGHTS.table, 1 << SENTIMENT_BITS, SENTIMENT_LABELS.length);
  return unpacked;
}

/** What the rows add for each label. */
function votes(rows: readonly number[], model: SparseTable): number[] {
  const sums = [0, 0, 0];
  for (const row of rows) {
    const end = model.starts[row + 1] ?? 0;
    for (let entry = model.starts[row] ?? 0; entry < end; entry++) {
      const column = model.columns[entry] ?? 0;
      sums[column] = (sums[column] ?? 0) + (model.values[entry] ?? 0) * SENTIMENT_WEIGHTS.step;
    }
  }
  return sums;
}

/** The labels' scores before the softmax. */
function labelScores({ rows }: SentimentReading): number[] {
  const scale = 1 / Math.sqrt(rows.length + 1);
  return votes(rows, table()).map((sum, i) => sum * scale + (SENTIMENT_WEIGHTS.bias[i] ?? 0));
}

/** What the score is blended from: VADER's compound, how far the n-gram model leans, and the mean rating of the words. The first is a constant. */
export function evidence(reading: SentimentReading, scores: readonly number[]): number[] {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  const [negative = 0, neutral = 0, positive = 0] = powers.map((power) => power / sum);
  const lean = positive - negative;
  const mean = reading.rated.reduce((total, { rating }) => total + rating, 0) / (reading.rated.length + 3);
  return [1, reading.compound, lean, mean, reading.compound * (1 - neutral), Math.tanh((scores[2] ?? 0) - (scores[0] ?? 0))];
}

function blended(reading: SentimentReading): number {
  const parts = evidence(reading, labelScores(reading));
  const score = parts.reduce((sum, part, i) => sum + part * (SENTIMENT_WEIGHTS.blend[i] ?? 0), 0);
  return Math.max(-1, Math.min(1, score));
}

/** How good or bad a text sounds, -1..1; 0 for a text without words. */
export function sentiment(text: string): number {
  const reading = readSentiment(text);
  return reading.rated.length === 0 ? 0 : blended(reading);
}

/** The label has weights of its own: a score near 0 is not the same as what a reader would call neutral. */
export function sentimentLabel(text: string): SentimentLabel {
  const reading = readSentiment(text);
  if (reading.rated.length === 0) return "neutral";
  const scores = labelScores(reading);
  return SENTIMENT_LABELS[scores.indexOf(Math.max(...scores))] ?? "neutral";
}

/** The score, and the words that drove it: strongest first, with a signed weight. */
export function explainSentiment(text: string): { score: number; words: DrivingWord[] } {
  const reading = readSentiment(text);
  if (reading.rated.length === 0) return { score: 0, words: [] };
  const model = table();
  const weights = new Map<string, number>();
  for (const [i, { word, rating }] of reading.rated.entries()) {
    const [negative = 0, , positive = 0] = votes([reading.wordRows[i] ?? 0], model);
    const weight = rating / 4 + (positive - negative) / 10;
    if (Math.abs(weight) > Math.abs(weights.get(word) ?? 0)) weights.set(word, weight);
  }
  const words = [...weights]
    .map(([word, weight]) => ({ word, weight: Math.round(weight * 100) / 100 }))
    .filter(({ weight }) => Math.abs(weight) >= NOTHING)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return { score: blended(reading), words: words.slice(0, DRIVING_WORDS) };
}
