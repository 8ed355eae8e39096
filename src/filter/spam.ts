import { unpackSquares } from "../kit/sparse-table.ts";
import { nameOf, readSpam, SPAM_BITS, type SpamReading } from "./spam-features.ts";
import { SPAM_WEIGHTS } from "./weights/spam.ts";

/** `bias` and `step` undo the scaling of the table; the score is 0.5 where the false-positive rate of cross-validation is that of the trainer. */
export type SpamModel = { bias: number; step: number; table: string };

/** From this score on a post is spam. */
export const SPAM_FROM = 0.5;
const REASONS = 4;

let unpacked: Int16Array | undefined;

function weights(): Int16Array {
  unpacked ??= unpackSquares(SPAM_WEIGHTS.table, 1 << SPAM_BITS);
  return unpacked;
}

/** The names of the features that raised the score most, strongest first. */
function reasons(reading: Readonly<SpamReading>): string[] {
  const table = weights();
  return Array.from({ length: reading.named }, (_, i) => ({ i, weight: table[reading.set.rows[i] ?? 0] ?? 0 }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, REASONS)
    .map(({ i }) => nameOf(reading, i));
}

function sumOf({ set: { rows } }: Readonly<SpamReading>, from: number, to: number): number {
  const table = weights();
  let sum = 0;
  for (let i = from; i < to; i++) sum += table[rows[i] ?? 0] ?? 0;
  return sum / Math.sqrt(to - from + 1);
}

function scoreOf(reading: Readonly<SpamReading>): number {
  const sum = sumOf(reading, 0, reading.named) + sumOf(reading, reading.named, reading.set.count);
  return 1 / (1 + Math.exp(-sum * SPAM_WEIGHTS.step - SPAM_WEIGHTS.bias));
}

/** How much a post looks like a scam or a promotion, 0..1; spam from 0.5. */
export const spamScore = (text: string): number => scoreOf(readSpam(text));

/** The score, and for spam the words that raised it most. */
export function judgeSpam(text: string): { score: number; words: string[] } {
  const reading = readSpam(text);
  const score = scoreOf(reading);
  return { score, words: score >= SPAM_FROM ? reasons(reading) : [] };
}
