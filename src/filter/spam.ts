import { type SparseTable, unpackTable } from "../kit/sparse-table.ts";
import { readSpam, SPAM_BITS, type SpamReading } from "./spam-features.ts";
import { SPAM_WEIGHTS } from "./weights/spam.ts";

/** `bias` and `step` undo the scaling of the table; the score is 0.5 where the false-positive rate of cross-validation is 2 %. */
export type SpamModel = { bias: number; step: number; table: string };

/** From this score on a post is spam. */
export const SPAM_FROM = 0.5;
const REASONS = 4;

let unpacked: SparseTable | undefined;

function weights(): SparseTable {
  unpacked ??= unpackTable(SPAM_WEIGHTS.table, 1 << SPAM_BITS, 1);
  return unpacked;
}

function weightOf(row: number, table: SparseTable): number {
  const entry = table.starts[row] ?? 0;
  return entry < (table.starts[row + 1] ?? 0) ? (table.values[entry] ?? 0) * SPAM_WEIGHTS.step : 0;
}

/** The names of the features that raised the score most, strongest first. */
function reasons({ features, rows }: SpamReading, table: SparseTable): string[] {
  return features
    .map((feature, i) => ({ feature, weight: weightOf(rows[i] ?? 0, table) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, REASONS)
    .map(({ feature }) => feature);
}

/** Score 0..1, and for spam the words that raised it most. */
export function judgeSpam(text: string): { score: number; words: string[] } {
  const table = weights();
  const reading = readSpam(text);
  const { features, rows } = reading;
  let named = 0;
  let grams = 0;
  for (let i = 0; i < features.length; i++) named += weightOf(rows[i] ?? 0, table);
  for (let i = features.length; i < rows.length; i++) grams += weightOf(rows[i] ?? 0, table);
  const sum = named / Math.sqrt(features.length + 1) + grams / Math.sqrt(rows.length - features.length + 1);
  const score = 1 / (1 + Math.exp(-sum - SPAM_WEIGHTS.bias));
  return { score, words: score >= SPAM_FROM ? reasons(reading, table) : [] };
}

/** How much a post looks like a scam or a promotion, 0..1; spam from 0.5. */
export const spamScore = (text: string): number => judgeSpam(text).score;
