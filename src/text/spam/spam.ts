import { unpackSquares } from "../hashing/sparse-matrix.ts";
import { nameOf, readSpam, SPAM_BITS, type SpamReading } from "./features.ts";
import type { SpamModel } from "./model.ts";
import { SPAM_MODELS } from "./weights/spam.ts";

type UnpackedModel = Omit<SpamModel, "table"> & { weights: Int16Array };

/** From this score on a post is spam, unless a setting says otherwise. */
export const SPAM_FROM = 0.5;
const REASONS = 4;

let unpacked: readonly [UnpackedModel, UnpackedModel] | undefined;

const unpackModel = ({ table, ...scale }: SpamModel): UnpackedModel => ({
  ...scale,
  weights: unpackSquares(table, 1 << SPAM_BITS),
});

/** Of posts; of text messages and video comments, whose spam has other words. */
function models(): readonly [UnpackedModel, UnpackedModel] {
  unpacked ??= [unpackModel(SPAM_MODELS[0]), unpackModel(SPAM_MODELS[1])];
  return unpacked;
}

/** The names of the features that raised the score most, strongest first. */
function reasons(reading: Readonly<SpamReading>, { weights }: UnpackedModel): string[] {
  return Array.from({ length: reading.named }, (_, i) => ({
    i,
    weight: weights[reading.set.rows[i] ?? 0] ?? 0,
  }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, REASONS)
    .map(({ i }) => nameOf(reading, i));
}

/** The sum of the weights of rows `from` up to `to`, over the root of their number. */
function sumOf(
  rows: SpamReading["set"]["rows"],
  weights: Int16Array,
  [from, to]: readonly [number, number],
): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += weights[rows[i] ?? 0] ?? 0;
  return sum / Math.sqrt(to - from + 1);
}

function oddsBy(
  { weights, step, bias }: UnpackedModel,
  { set: { rows, count }, named }: Readonly<SpamReading>,
): number {
  return (sumOf(rows, weights, [0, named]) + sumOf(rows, weights, [named, count])) * step + bias;
}

/** The larger score decides: a text is spam when it is so in either world. */
function decide(reading: Readonly<SpamReading>): { score: number; by: UnpackedModel } {
  const [posts, messages] = models();
  const [post, message] = [oddsBy(posts, reading), oddsBy(messages, reading)];
  return {
    score: 1 / (1 + Math.exp(-Math.max(post, message))),
    by: post >= message ? posts : messages,
  };
}

/** How much a post looks like a scam or a promotion, 0..1; spam from 0.5. */
export const spamScore = (text: string): number => decide(readSpam(text)).score;

/** The score, and for spam (from the score `from` on) the words that raised it most. */
export function judgeSpam(text: string, from = SPAM_FROM): { score: number; words: string[] } {
  const reading = readSpam(text);
  const { score, by } = decide(reading);
  return { score, words: score >= from ? reasons(reading, by) : [] };
}
