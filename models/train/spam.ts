/**
 * Trains src/text/spam/weights/spam.ts: logistic regressions over hashed words, pairs of words,
 * character n-grams and the shape of the post, one for each world of spam (posts on X, messages,
 * scams told in prose).
 *
 *   node models/train/spam.ts DATA_DIR
 *
 * DATA_DIR holds spam-crypto.jsonl, spam-sms.jsonl and spam-youtube.jsonl with {text, spam}, and as
 * texts that are no spam stance-train, sentiment-train, sentiment-languages-train {text} and
 * language-sentences {text, language}. The scams and the hard cases of honest posts are our own:
 * models/data/spam-templates.txt and honest-prose.txt. Prints the figures of 5-fold
 * cross-validation, in which texts that begin alike and all posts of one template share a fold.
 * Deterministic.
 */
import { gzipSync } from "node:zlib";
import { SPAM_WORLDS, type SpamModels, type SpamWorld } from "../../src/text/spam/model.ts";
import { brokenSpamRule } from "../../src/text/spam/rules.ts";
import { WARNING_LEAD } from "../../src/text/spam/spam.ts";
import { isScamWarning } from "../../src/text/spam/warning.ts";
import { oddsOf } from "./logistic.ts";
import { foldOf, readRows } from "./rows.ts";
import {
  fitSpam,
  packSpam,
  type SpamRecipe,
  type SpamSample,
  spamSample,
  writeSpamWeights,
} from "./spam-fit.ts";
import { readTemplates, type TemplateFile } from "./spam-templates.ts";

type Row = { text: string; spam?: boolean; language?: string };
type Labelled = SpamSample & { fold: number; set: string; language: string; text: string };

const FOLDS = 5;
const POSTS = "spam-crypto";
const SPAM_SETS = [POSTS, "spam-sms", "spam-youtube"];
/** Honest texts: every n-th row of a set teaches, so that none outweighs the others. */
const HONEST_SETS: readonly (readonly [set: string, every: number])[] = [
  ["stance-train", 1],
  ["sentiment-train", 4],
  ["sentiment-languages-train", 3],
  ["language-sentences", 6],
];
const [SCAMS, HONEST, PROSE] = ["scam templates", "honest templates", "honest prose"];
const POSTS_OF_TEMPLATE = 8;

/** How much a text of each set counts; sets that are not named count nothing. */
const weights =
  (spam: Record<string, number>, honest: Record<string, number>): SpamRecipe<Labelled>["weigh"] =>
  (of) =>
    (of.spam ? spam : honest)[of.set] ?? 0;

const RECIPES: Record<SpamWorld, SpamRecipe<Labelled>> = {
  posts: {
    weigh: weights(
      { [POSTS]: 1, "spam-sms": 0.01, "spam-youtube": 0.01 },
      {
        [POSTS]: 1,
        "spam-sms": 0.01,
        "spam-youtube": 0.01,
        "stance-train": 0.02,
        [HONEST]: 0.1,
        [PROSE]: 0.03,
      },
    ),
    strength: 1.5,
    least: 3,
  },
  messages: {
    weigh: weights(
      { "spam-sms": 1, "spam-youtube": 1 },
      {
        "spam-sms": 1,
        "spam-youtube": 1,
        [POSTS]: 10,
        "stance-train": 1,
        "sentiment-train": 0.3,
        [HONEST]: 1,
      },
    ),
    strength: 4,
    least: 4,
  },
  scams: {
    weigh: weights(
      { [SCAMS]: 1 },
      {
        [HONEST]: 2,
        [PROSE]: 2,
        [POSTS]: 1,
        "stance-train": 0.5,
        "sentiment-train": 0.5,
        "sentiment-languages-train": 0.5,
        "language-sentences": 0.5,
      },
    ),
    strength: 4,
    least: 3,
  },
};

/** The most of the honest texts of a set that a world's model may flag, held out. */
const LIMITS: Record<SpamWorld, Record<string, number>> = {
  posts: { [POSTS]: 0.0185, "stance-train": 0.002, [HONEST]: 0.03 },
  messages: { [POSTS]: 0.001, "stance-train": 0.001 },
  scams: {
    [POSTS]: 0.001,
    "stance-train": 0.001,
    "sentiment-train": 0.001,
    [HONEST]: 0.02,
    [PROSE]: 0.02,
  },
};

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node models/train/spam.ts DATA_DIR");

const read = (set: string, every: number): Labelled[] =>
  readRows<Row>(folder, set)
    .filter((_, i) => i % every === 0)
    .filter((row) => set !== "language-sentences" || row.language !== "en")
    .map(({ text, spam = false }) => ({
      ...spamSample(text, spam),
      ...{ fold: foldOf(text, FOLDS), set, language: "", text },
    }));

const templatesOf = (file: TemplateFile, honest: string): Labelled[] =>
  readTemplates(file, POSTS_OF_TEMPLATE).map(({ text, spam, template, language }) => ({
    ...spamSample(text, spam),
    ...{ fold: foldOf(template, FOLDS), set: spam ? SCAMS : honest, language, text },
  }));

const samples: Labelled[] = [
  ...SPAM_SETS.flatMap((set) => read(set, 1)),
  ...HONEST_SETS.flatMap(([set, every]) => read(set, every)),
  ...templatesOf("spam-templates", HONEST),
  ...templatesOf("honest-prose", PROSE),
];
const ruled = samples.map(({ text }) => brokenSpamRule(text) !== undefined);
const warning = samples.map(({ text }) => isScamWarning(text));

/** The odds of each sample by a model that saw none of its fold. */
function heldOut(recipe: SpamRecipe<Labelled>): number[] {
  const models = Array.from({ length: FOLDS }, (_, held) =>
    fitSpam(
      samples.filter(({ fold }) => fold !== held),
      recipe,
    ),
  );
  return samples.map((sample) => {
    const model = models[sample.fold];
    return model ? oddsOf(model.weights, sample) : 0;
  });
}

/** The Worker does not ask the model of scams about a text that warns of them. */
const isSpared = (world: SpamWorld, i: number) => world === "scams" && warning[i] === true;
const honestIn = (set: string) =>
  samples.flatMap((sample, i) => (sample.set === set && !sample.spam ? [i] : []));

/** The lowest odds at which no set is flagged more often than its limit. */
function thresholdOf(world: SpamWorld, odds: readonly number[], known: ReadonlySet<number>) {
  const bounds = Object.entries(LIMITS[world]).map(([set, limit]) => {
    const scores = honestIn(set)
      .filter((i) => !isSpared(world, i))
      .map((i) => (known.has(i) ? Infinity : (odds[i] ?? 0)))
      .sort((a, b) => b - a);
    return scores[Math.floor(limit * scores.length)] ?? 0;
  });
  return Math.max(...bounds) + MARGIN;
}
/** A score that equals a threshold is spam: thresholds stand just above the last honest text. */
const MARGIN = 1e-6;

/** What the rules and the other models flag is flagged whatever the last model's threshold is. */
const flagged = new Set(samples.flatMap((_, i) => (ruled[i] ? [i] : [])));
const ORDER: readonly SpamWorld[] = ["messages", "scams", "posts"];
const thresholds = new Map<SpamWorld, number>();
const flaggedBy = new Map<SpamWorld | "rules", Set<number>>([["rules", new Set(flagged)]]);
for (const world of ORDER) {
  const odds = heldOut(RECIPES[world]).map((each, i) =>
    world === "posts" && warning[i] ? each - WARNING_LEAD : each,
  );
  const threshold = thresholdOf(world, odds, world === "posts" ? flagged : new Set());
  thresholds.set(world, threshold);
  const own = new Set(
    odds.flatMap((each, i) => (each >= threshold && !isSpared(world, i) ? [i] : [])),
  );
  flaggedBy.set(world, own);
  for (const i of own) flagged.add(i);
}

const share = (members: readonly number[], by: ReadonlySet<number>) =>
  (members.filter((i) => by.has(i)).length / members.length).toFixed(4);
function report(name: string, members: readonly number[]): void {
  const parts = [...flaggedBy].map(([by, own]) => `${by} ${share(members, own)}`).join(", ");
  console.log(`${name} (${members.length}): flagged ${share(members, flagged)} (${parts})`);
}
for (const set of SPAM_SETS) {
  const members = samples.flatMap((sample, i) => (sample.set === set ? [i] : []));
  const hits = members.filter((i) => samples[i]?.spam && flagged.has(i)).length;
  const all = members.filter((i) => flagged.has(i)).length;
  const spam = members.filter((i) => samples[i]?.spam).length;
  const f1 = ((2 * hits) / (all + spam)).toFixed(4);
  const rate = ((all - hits) / (members.length - spam)).toFixed(4);
  console.log(`${set}: held-out F1 ${f1} at a false-positive rate of ${rate}`);
}
for (const [set] of HONEST_SETS) report(set, honestIn(set));
for (const set of [HONEST, PROSE]) report(set, honestIn(set));
const scams = (english: boolean) =>
  samples.flatMap(({ set, language }, i) =>
    set === SCAMS && (language === "en") === english ? [i] : [],
  );
report("English scams", scams(true));
report("scams in other languages", scams(false));

const models = Object.fromEntries(
  SPAM_WORLDS.map((world) => [
    world,
    packSpam(fitSpam(samples, RECIPES[world]), thresholds.get(world) ?? 0),
  ]),
) as SpamModels;
for (const world of SPAM_WORLDS)
  console.log(`${world}: ${gzipSync(models[world].table).length} bytes gz`);
writeSpamWeights(models);
