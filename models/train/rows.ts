import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wordRow } from "../../src/text/hashing/ngrams.ts";

/** One JSON object a line. */
export function readRows<Row>(folder: string, name: string): Row[] {
  const lines = readFileSync(join(folder, `${name}.jsonl`), "utf8").split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Row);
}

/**
 * The same text, whatever its case, digits and punctuation, falls into the same fold, so that no
 * near-copy is on both sides.
 */
export const foldOf = (text: string, folds: number): number =>
  wordRow(
    text
      .toLowerCase()
      .replace(/[^\p{L}]+/gu, " ")
      .trim()
      .slice(0, 60),
    30,
  ) % folds;

/** A linear congruential generator: the same seed gives the same weights on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
}
