import { type SparseTable, unpackTable } from "../kit/sparse-table.ts";
import { readSpam, SPAM_BITS } from "./spam-features.ts";
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

/** Score 0..1 and the words that raised it most, strongest first. */
export function judgeSpam(text: string): { score: number; words: string[] } {
  const table = weights();
  const { features, rows } = readSpam(text);
  const wordScale = 1 / Math.sqrt(features.length + 1);
  const gramScale = 1 / Math.sqrt(rows.length - features.length + 1);
  let sum = SPAM_WEIGHTS.bias;
  for (const [i, row] of rows.entries()) sum += weightOf(row, table) * (i < features.length ? wordScale : gramScale);
  const reasons = features.map((feature, i) => ({ feature, weight: weightOf(rows[i] ?? 0, table) }));
  const words = reasons
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, REASONS)
    .map(({ feature }) => feature);
  return { score: 1 / (1 + Math.exp(-sum)), words };
}

/** How much a post looks like a scam or a promotion, 0..1; spam from 0.5. */
export const spamScore = (text: string): number => judgeSpam(text).score;
