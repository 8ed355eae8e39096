import { unpackSquares } from "../hashing/sparse-matrix.ts";
import { readSentiment, SENTIMENT_BITS, type SentimentReading } from "../sentiment/features.ts";
import { WordRole } from "../sentiment/lexicon/index.ts";
import { STANCE_WEIGHTS } from "./weights/stance.ts";

let unpacked: Int16Array | undefined;

function table(): Int16Array {
  unpacked ??= unpackSquares(STANCE_WEIGHTS.table, 1 << SENTIMENT_BITS);
  return unpacked;
}

/** Marks and numbers alone take no side. */
function hasWords({ scored }: SentimentReading): boolean {
  for (let i = 0; i < scored.count; i++) if (scored.roles[i] !== WordRole.end) return true;
  return false;
}

/** What a turn of speech adds to the odds of its side. */
const TURN_ODDS = 2.5;

/**
 * Which side a text takes on the price of what it speaks of: -1 bearish .. 1 bullish, the
 * difference of both probabilities of a logistic regression over the features of the sentiment.
 * 0 for a text without words. Figures: docs/text.md.
 */
export function stance(text: string): number {
  const reading = readSentiment(text);
  if (!hasWords(reading)) return 0;
  const { rows, count } = reading.set;
  const cells = table();
  let votes = 0;
  for (let i = 0; i < count; i++) votes += cells[rows[i] ?? 0] ?? 0;
  const odds = STANCE_WEIGHTS.bias + (votes * STANCE_WEIGHTS.step) / Math.sqrt(count + 1);
  return Math.tanh((odds + TURN_ODDS * (reading.turn?.side ?? 0)) / 2);
}
