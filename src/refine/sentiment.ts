import { type SparseTable, unpackTable } from "../kit/sparse-table.ts";
import { readSentiment, SENTIMENT_BITS, type SentimentReading } from "./sentiment-features.ts";
import { SENTIMENT_WEIGHTS } from "./weights/sentiment.ts";

export const SENTIMENT_LABELS = ["negative", "neutral", "positive"] as const;
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];

/** Columns of the table: one a label, and what the rated texts add to the score beyond the blend. */
const RATED = SENTIMENT_LABELS.length;
export const SENTIMENT_COLUMNS = RATED + 1;

/**
 * `step` and, for the last column, `ratedStep` undo the scaling of the table; `bias` holds each label's own weight. `blend` weighs, for the score,
 * what `evidence` answers.
 */
export type SentimentModel = {
  step: number;
  ratedStep: number;
  bias: readonly number[];
  blend: readonly number[];
  table: string;
};
export type DrivingWord = { word: string; weight: number };

const DRIVING_WORDS = 5;
const NOTHING = 0.02;

let unpacked: SparseTable | undefined;

function table(): SparseTable {
  unpacked ??= unpackTable(SENTIMENT_WEIGHTS.table, 1 << SENTIMENT_BITS, SENTIMENT_COLUMNS);
  return unpacked;
}

/** What the rows add in each column. */
function votes(rows: readonly number[], model: SparseTable): number[] {
  const sums = Array.from({ length: SENTIMENT_COLUMNS }, () => 0);
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
  const sums = votes(rows, table());
  return SENTIMENT_WEIGHTS.bias.map((bias, label) => (sums[label] ?? 0) * scale + bias);
}

/** Squeezes a sum of ratings into -1..1; the smaller `half`, the sooner it saturates. */
const squeezed = (sum: number, half: number) => sum / Math.sqrt(sum * sum + half);

/** What the ratings of the words add up to, in the ways that a reader may weigh them. */
function tallies(rated: SentimentReading["rated"]): number[] {
  const ratings = rated.map(({ rating }) => rating);
  const good = ratings.filter((rating) => rating > 0);
  const bad = ratings.filter((rating) => rating < 0);
  const add = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const [praise, blame, length] = [add(good), add(bad), rated.length + 3];
  const sum = praise + blame;
  return [
    ...[5, 15, 40].map((half) => squeezed(sum, half)),
    ...[praise, blame].flatMap((part) => [squeezed(part, 15), part / length]),
    ...[good.length / 3, bad.length / 3, Math.max(0, ...good) / 4, Math.min(0, ...bad) / 4],
    ...[(ratings.at(-1) ?? 0) / 4, Number(rated.some(({ word }) => word.includes("?"))), 1 / Math.sqrt(length)],
  ];
}

/** What the score is blended from: VADER's compound, how the n-gram model leans, how sure it is, and the words' ratings. The first is a constant. */
export function evidence(reading: SentimentReading, scores: readonly number[]): number[] {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  const [negative = 0, neutral = 0, positive = 0] = powers.map((power) => power / sum);
  const lean = positive - negative;
  const odds = Math.tanh((scores[2] ?? 0) - (scores[0] ?? 0));
  const { compound } = reading;
  return [
    1,
    compound,
    lean,
    odds,
    neutral,
    ...[lean, compound, odds].map((each) => each * (1 - neutral)),
    ...tallies(reading.rated),
  ];
}

function blended(reading: SentimentReading): number {
  const sums = votes(reading.rows, table());
  const own = ((sums[RATED] ?? 0) * SENTIMENT_WEIGHTS.ratedStep) / (SENTIMENT_WEIGHTS.step * Math.sqrt(reading.rows.length + 1));
  const score = evidence(reading, labelScores(reading)).reduce(
    (sum, part, i) => sum + part * (SENTIMENT_WEIGHTS.blend[i] ?? 0),
    own,
  );
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
