import { plain, skeleton } from "../kit/fold.ts";
import { sketch } from "../kit/sketch.ts";
import { eventKey, type Mention, windowStart } from "../model/mention.ts";
import type { Post } from "../model/post.ts";
import { postKey, type RawPost } from "../model/raw-post.ts";
import { type Authors, authorWeight } from "./authors.ts";
import { eventTypeAt } from "./event-type.ts";
import { keywordsOf } from "./keywords.ts";
import { explainSentiment } from "./sentiment.ts";
import { textHash } from "./text-hash.ts";
import { type FoundToken, tokensIn } from "./tokens.ts";

export type RefineSettings = { windowMinutes: number; authors: Authors };

const EXCERPT = 280;

/** What is the same for every token that the post speaks of. */
type Common = Omit<Mention, "eventKey" | "token" | "type" | "typePhrase">;

function mentionOf({ at, ...token }: FoundToken, common: Common, text: string, alone: boolean): Mention {
  const { type, phrase } = eventTypeAt(text, at, alone);
  return { ...common, eventKey: eventKey(token, common.windowStart), token, type, typePhrase: phrase };
}

/** Reads a post that passed the filter: what it says, how it sounds, and one mention for each token that it speaks of. */
export function refine(
  post: RawPost,
  verdict: { lang: string | null; spam: number },
  { windowMinutes, authors }: RefineSettings,
): Post {
  const { source, id, author, postedAt } = post;
  const { score, words } = explainSentiment(post.text);
  const sentiment = Math.round(score * 1000) / 1000;
  const keywords = keywordsOf(post.text);
  const normalised = skeleton(post.text);
  const fingerprint = sketch(post.text);
  const text = plain(post.text);
  const tokens = tokensIn(post);
  const common: Common = {
    evidenceId: postKey(post),
    source,
    postId: id,
    author,
    postedAt,
    windowStart: windowStart(postedAt, windowMinutes),
    sentiment,
    lang: verdict.lang,
    keywords,
    fingerprint,
    followers: post.metrics?.followers ?? null,
    authorWeight: authorWeight(author, authors),
    url: post.url ?? null,
    excerpt: post.text.slice(0, EXCERPT).toWellFormed(),
  };
  return {
    source,
    id,
    author,
    postedAt,
    normalised,
    lang: verdict.lang,
    spam: verdict.spam,
    sentiment,
    sentimentWords: words,
    keywords,
    textHash: textHash(post.text),
    fingerprint,
    mentions: tokens.map((token) => mentionOf(token, common, text, tokens.length === 1)),
  };
}
