import { canonicalAddress, eventKey, type Mention, windowStart } from "../model/mention.ts";
import type { Post } from "../model/post.ts";
import { postKey, type RawPost } from "../model/raw-post.ts";
import { eventTypes } from "../text/event-type/event-type.ts";
import { askModel, type PostMark } from "../text/fallback.ts";
import { sketchOf } from "../text/near-duplicate/sketch.ts";
import { normalizeText, skeleton } from "../text/normalize.ts";
import {
  type DrivingWord,
  explainSentiment,
  sentimentOrNull,
} from "../text/sentiment/sentiment.ts";
import { stance } from "../text/stance/stance.ts";
import { authorWeight, type ListedAuthors } from "./authors.ts";
import { isCoin } from "./chain.ts";
import { type KnownCoins, NO_COINS } from "./coins.ts";
import { keywordsOf } from "./keywords.ts";
import { isOnlyMoney } from "./money.ts";
import { type MoodValues, moodsByToken } from "./token-mood.ts";
import { type FoundToken, tokensIn } from "./tokens.ts";

export type RefineSettings = {
  windowMinutes: number;
  authors: ListedAuthors;
  /** Coins that posts may call by name; without them only tickers and contracts count. */
  coins?: KnownCoins;
};

const EXCERPT = 280;

type Mood = MoodValues & { words: DrivingWord[] };

/** What is the same for every token that the post speaks of. */
type Common = Omit<
  Mention,
  "eventKey" | "token" | "type" | "typePhrase" | "typeConfidence" | keyof MoodValues
>;

type TypeAt = ReturnType<typeof eventTypes>;
type ReadPost = {
  text: string;
  common: Common;
  typeAt: TypeAt;
  moodAt: ReturnType<typeof moodsByToken>;
};
const PLAIN_MENTION: ReturnType<TypeAt> = { type: "mention", phrase: "", confidence: 0 };

/** A coin of its own chain is pegged to nothing. */
const typeFor = (typed: ReturnType<TypeAt>, { symbol }: FoundToken): ReturnType<TypeAt> =>
  typed.type === "depeg" && symbol !== null && isCoin(symbol) ? PLAIN_MENTION : typed;

function mentionsOf(
  tokens: readonly FoundToken[],
  { text, common, typeAt, moodAt }: ReadPost,
): Mention[] {
  return tokens.flatMap((found) => {
    const { at, ...named } = found;
    const others = tokens.filter((each) => each !== found).map((other) => other.at);
    const { type, phrase, confidence } = typeFor(typeAt(at, others), found);
    if (isOnlyMoney(found, { type, text, alone: others.length === 0 })) return [];
    const token = { ...named, tokenCa: named.tokenCa && canonicalAddress(named.tokenCa) };
    return {
      ...common,
      ...moodAt({ at, others }),
      eventKey: eventKey(token, common.windowStart),
      token,
      type,
      typePhrase: phrase,
      typeConfidence: confidence,
    };
  });
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

/** Mood and stance, each null in a language that its model does not read. */
function moodOf(text: string, lang: string | null): Mood {
  if (lang !== null && lang !== "en") {
    const sentiment = sentimentOrNull(text, lang);
    return {
      sentiment: sentiment === null ? null : thousandths(sentiment),
      stance: null,
      words: [],
    };
  }
  const { score, words } = explainSentiment(text);
  return { sentiment: thousandths(score), stance: thousandths(stance(text)), words };
}

/** The models that refining asks. */
export type RefineModels = { mood: typeof moodOf; eventTypes: typeof eventTypes };
export const REFINE_MODELS: RefineModels = { mood: moodOf, eventTypes };

const NO_MOOD: Mood = { sentiment: null, stance: null, words: [] };

/**
 * Reads a post that passed the filter: what it says, how it sounds, and one mention for each token
 * that it speaks of.
 */
export function refine(
  post: RawPost,
  verdict: { lang: string | null; spam: number; marks?: readonly PostMark[] },
  settings: RefineSettings,
  models: RefineModels = REFINE_MODELS,
): Post {
  const { source, id, author, postedAt } = post;
  const marks = [...(verdict.marks ?? [])];
  const text = normalizeText(post.text);
  const askMood = (part: string): Mood =>
    askModel(() => models.mood(part, verdict.lang), NO_MOOD, {
      mark: "sentiment_model_failed",
      marks,
    });
  const { words, ...mood } = askMood(post.text);
  const failedTypes = { mark: "event_type_model_failed", marks } as const;
  const readTypes = askModel(
    () => models.eventTypes(text),
    () => PLAIN_MENTION,
    failedTypes,
  );
  const typeAt: TypeAt = (at, others) =>
    askModel(() => readTypes(at, others), PLAIN_MENTION, failedTypes);
  const read = {
    source,
    author,
    postedAt,
    lang: verdict.lang,
    keywords: keywordsOf(post.text),
    fingerprint: sketchOf(post.text),
  };
  const tokens = tokensIn(post, settings.coins ?? NO_COINS);
  const common = (): Common => ({
    ...read,
    evidenceId: postKey(post),
    postId: id,
    windowStart: windowStart(postedAt, settings.windowMinutes),
    followers: post.metrics?.followers ?? null,
    authorWeight: authorWeight(author, settings.authors),
    url: post.url ?? null,
    ...(post.timeGuessed && { timeGuessed: true }),
    ...(post.trace !== undefined && { trace: post.trace }),
    excerpt: post.text.slice(0, EXCERPT).toWellFormed(),
  });
  const mentions =
    tokens.length === 0
      ? []
      : mentionsOf(tokens, {
          text,
          common: common(),
          typeAt,
          moodAt: moodsByToken(text, mood, askMood),
        });
  return {
    ...read,
    ...mood,
    id,
    normalised: skeleton(post.text),
    spam: verdict.spam,
    sentimentWords: words,
    ...(post.links && { links: post.links }),
    ...(post.timeGuessed && { timeGuessed: true }),
    mentions,
    ...(marks.length > 0 && { marks }),
  };
}
