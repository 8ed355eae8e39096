import { unpackSquares } from "../hashing/sparse-matrix.ts";
import { readSentiment, SENTIMENT_BITS } from "./features.ts";
import { LANGUAGE_SENTIMENT_WEIGHTS } from "./weights/languages.ts";

const COLUMNS = 3;
/** Languages beside English whose texts are rated. */
export const RATED_LANGUAGES: ReadonlySet<string> = new Set(LANGUAGE_SENTIMENT_WEIGHTS.languages);

let unpacked: Int16Array | undefined;

function table(): Int16Array {
  unpacked ??= unpackSquares(LANGUAGE_SENTIMENT_WEIGHTS.table, COLUMNS << SENTIMENT_BITS);
  return unpacked;
}

/**
 * How good or bad a text in one of `RATED_LANGUAGES` sounds, -1..1: the probability of positive
 * less that of negative.
 */
export function languageSentiment(text: string): number {
  const { rows, count } = readSentiment(text).set;
  const cells = table();
  const { bias, step } = LANGUAGE_SENTIMENT_WEIGHTS;
  const scores = bias.map((own, label) => {
    let votes = 0;
    for (let i = 0; i < count; i++) votes += cells[(rows[i] ?? 0) * COLUMNS + label] ?? 0;
    return own + (votes * step) / Math.sqrt(count + 1);
  });
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return ((powers[2] ?? 0) - (powers[0] ?? 0)) / sum;
}
