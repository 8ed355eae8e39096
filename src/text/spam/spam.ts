import { unpackSquares } from "../hashing/sparse-matrix.ts";
import { nameOf, readSpam, SPAM_BITS, type SpamReading } from "./features.ts";
import { SPAM_WORLDS, type SpamModel, type SpamModels, type SpamWorld } from "./model.ts";
import { namesTokenAlone } from "./naming.ts";
import { brokenSpamRule } from "./rules.ts";
import { isScamWarning } from "./warning.ts";
import { SPAM_MODELS } from "./weights/spam.ts";

type UnpackedModel = Omit<SpamModel, "table"> & { weights: Int16Array };

/** From this score on a post is spam, unless a setting says otherwise. */
export const SPAM_FROM = 0.5;
/** The score of a post that breaks a rule. */
const RULE_SCORE = 0.95;
const REASONS = 4;

/** Scores texts; `spamModel` makes one of weights. */
export type SpamScorer = (text: string) => {
  score: number;
  /** The words that raised the score most, strongest first. */
  words: () => string[];
};

/** What a text scores that names a token and asks nothing. */
const NO_SPAM: ReturnType<SpamScorer> = { score: 0, words: () => [] };

/** The names of the features that raised the score most, strongest first. */
function reasons(reading: Readonly<SpamReading>, { weights }: UnpackedModel): string[] {
  return Array.from({ length: reading.named }, (_, i) => ({
    name: nameOf(reading, i),
    weight: weights[reading.set.rows[i] ?? 0] ?? 0,
  }))
    .filter(({ name, weight }) => weight > 0 && name !== "")
    .sort((a, b) => b.weight - a.weight)
    .slice(0, REASONS)
    .map(({ name }) => name);
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

/** A text that warns of scams must look this much more like the posts' spam. */
export const WARNING_LEAD = 0.8;

/**
 * What is taken from the odds of a text that warns of scams, whose words it shares: the model of
 * scams is not heard about it.
 */
function sparing(world: SpamWorld, text: string): number {
  if (world === "messages" || !isScamWarning(text)) return 0;
  return world === "scams" ? Number.POSITIVE_INFINITY : WARNING_LEAD;
}

/**
 * Unpacks the models. The largest odds decide: a text is spam when it is so in one of the worlds.
 */
export function spamScorer(models: SpamModels): SpamScorer {
  const unpacked = SPAM_WORLDS.map((world): [SpamWorld, UnpackedModel] => {
    const { table, ...scale } = models[world];
    return [world, { ...scale, weights: unpackSquares(table, 1 << SPAM_BITS) }];
  });
  return (text) => {
    const reading = readSpam(text);
    if (namesTokenAlone(reading.tokens)) return NO_SPAM;
    let top: { odds: number; by: UnpackedModel } | undefined;
    for (const [world, model] of unpacked) {
      const raw = oddsBy(model, reading);
      const odds = raw >= 0 ? raw - sparing(world, text) : raw;
      if (odds <= (top?.odds ?? -Infinity)) continue;
      top = { odds, by: model };
    }
    const { odds, by } = top ?? { odds: -Infinity, by: undefined };
    return {
      score: 1 / (1 + Math.exp(-odds)),
      words: () => (by ? reasons(readSpam(text), by) : []),
    };
  };
}

let shipped: SpamScorer | undefined;
function shippedScorer(): SpamScorer {
  shipped ??= spamScorer(SPAM_MODELS);
  return shipped;
}

/** How much a post looks like a scam or a promotion, 0..1; spam from 0.5. */
export const spamScore = (text: string): number => judgeSpam(text, Infinity).score;

export type SpamJudgement = {
  score: number;
  /** The rule that the post breaks, by name. */
  rule?: string;
  /** For spam: the words that raised the score most, or those that broke the rule. */
  words: string[];
  /** The model could not be loaded or failed: the rules alone judged. */
  degraded?: true;
};

/**
 * The score by rules and models, and the evidence of a score of `from` or more. Never throws: when
 * the models fail, the rules judge alone.
 */
export function judgeSpam(
  text: string,
  from = SPAM_FROM,
  scorer: () => SpamScorer = shippedScorer,
): SpamJudgement {
  const broken = brokenSpamRule(text);
  const byRules: SpamJudgement = broken
    ? { score: RULE_SCORE, rule: broken.rule, words: [broken.words] }
    : { score: 0, words: [] };
  try {
    const { score, words } = scorer()(text);
    if (broken) return { ...byRules, score: Math.max(score, RULE_SCORE) };
    return { score, words: score >= from ? words() : [] };
  } catch {
    return { ...byRules, degraded: true };
  }
}
