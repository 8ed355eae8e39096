import type { FactValues } from "../model/facts.ts";
import { canonicalAddress, type Mention, type TokenRef } from "../model/mention.ts";
import { Chain } from "../model/scalars.ts";
import type { TokenEvent } from "../model/token-event.ts";
import type { GatheredEvidence } from "./gather.ts";
import { weighedType } from "./weighed-type.ts";

const MINUTE_MS = 60_000;
const KEYWORDS = 12;
/** A stance nearer to 0 than this takes no side. */
const TAKES_SIDE_FROM = 0.2;

const mean = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const rounded = (value: number, digits = 4): number =>
  Math.round(value * 10 ** digits) / 10 ** digits + 0;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The values that occur most often, most first; ties in alphabetical order, so that the order of
 * arrival never shows.
 */
function mostCommon(values: string[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const repeated = [...counts].filter((entry) => entry[1] > 1);
  // Most words occur once: sorting them all would cost more than everything else that is counted
  // here.
  const candidates = repeated.length >= most ? repeated : [...counts];
  const ranked = candidates.sort((a, b) => b[1] - a[1] || compare(a[0], b[0]));
  return ranked.slice(0, most).map(([value]) => value);
}

const present = <T>(value: T | null): value is T => value !== null;

const spanOf = (posts: readonly Mention[]): [startMs: number, lastMs: number] => [
  Date.parse(posts[0]?.postedAt ?? ""),
  Date.parse(posts.at(-1)?.postedAt ?? ""),
];

/**
 * How the rate of posts changes: posts a minute in the later half of the time between first and
 * last post, less that in the earlier half, over half of that time. The posts are in event time.
 * Positive: it heats up. 0 while all is within a minute.
 */
function heatSlope(posts: readonly Mention[]): number {
  const [startMs, lastMs] = spanOf(posts);
  const half = (lastMs - startMs) / 2 / MINUTE_MS;
  if (half < 0.5) return 0;
  const middle = startMs + half * MINUTE_MS;
  const later =
    posts.length - 1 - posts.findLastIndex((post) => Date.parse(post.postedAt) <= middle);
  return rounded((later - (posts.length - later)) / half / half);
}

/** The best-known token of the event: an address and a symbol where any mention has them. */
export function tokenOf(mentions: readonly Mention[]): TokenRef {
  const tokens = mentions.map((mention) => mention.token);
  const best = tokens.reduce((a, b) => (b.confidence > a.confidence ? b : a));
  const chains = tokens.map((token) => token.chain).filter((chain) => chain !== "unknown");
  return {
    ...best,
    // Evidence of older versions has addresses as they were written.
    tokenCa: best.tokenCa && canonicalAddress(best.tokenCa),
    chain: Chain.catch(best.chain).parse(mostCommon(chains, 1)[0]),
    symbol: mostCommon(tokens.map((token) => token.symbol).filter(present), 1)[0] ?? null,
  };
}

/**
 * The event and the facts about it that follow from its evidence. The evidence must not be empty;
 * the result does not depend on its order.
 */
export function summarise({ evidence, texts }: GatheredEvidence): {
  event: TokenEvent;
  facts: FactValues;
} {
  const [first, last] = [evidence[0], evidence.at(-1)];
  if (!first || !last) throw new RangeError("an event needs evidence");
  const firsts = new Set(texts.map((text) => text.first));
  const originals = evidence.filter((mention) => firsts.has(mention));
  const dated = evidence.filter((mention) => !mention.timeGuessed);
  // A guessed time is when we saw the post: it says nothing about the pace of an event.
  const paced = dated.length > 0 ? dated : evidence;
  const [startMs, lastMs] = spanOf(paced);
  const token = tokenOf(evidence);
  const sentiments = originals.map((mention) => mention.sentiment).filter(present);
  const sentiment = sentiments.length === 0 ? null : rounded(mean(sentiments));
  const stances = originals.map((mention) => mention.stance ?? null).filter(present);
  const sides = stances.filter((stance) => Math.abs(stance) >= TAKES_SIDE_FROM);
  const counts = {
    evidenceCount: originals.length,
    copies: evidence.length - originals.length,
    uniqueAuthors: new Set(originals.map((mention) => mention.author)).size,
  };
  const { type, confidence } = weighedType(originals);
  const followers = evidence.map((mention) => mention.followers).filter(present);
  return {
    event: {
      eventKey: first.eventKey,
      type,
      symbol: token.symbol,
      tokenCa: token.tokenCa,
      chain: token.chain,
      summary: headline(originals, counts.uniqueAuthors, token),
      windowStart: first.windowStart,
      startTs: first.postedAt,
      lastTs: last.postedAt,
      ...counts,
    },
    facts: {
      sentiment,
      last_sentiment_score: sentiment,
      sentiment_min: sentiment === null ? null : sentiments.reduce((a, b) => Math.min(a, b)),
      sentiment_max: sentiment === null ? null : sentiments.reduce((a, b) => Math.max(a, b)),
      stance: stances.length === 0 ? null : rounded(mean(stances)),
      stance_share:
        sides.length === 0
          ? null
          : rounded(sides.filter((stance) => stance > 0).length / sides.length),
      mentions: evidence.length,
      evidence_count: counts.evidenceCount,
      unique_authors: counts.uniqueAuthors,
      copies: counts.copies,
      followers_max: followers.length > 0 ? followers.reduce((a, b) => Math.max(a, b)) : null,
      age_minutes: rounded((lastMs - startMs) / MINUTE_MS, 2),
      heat_slope: heatSlope(paced),
      kol_mentions: new Set(
        evidence.filter((mention) => mention.authorWeight > 0).map((mention) => mention.author),
      ).size,
      time_guessed: dated.length < evidence.length ? 1 : 0,
      type,
      type_confidence: confidence,
      keywords: mostCommon(
        originals.flatMap((mention) => mention.keywords),
        KEYWORDS,
      ),
      lang: mostCommon(originals.map((mention) => mention.lang).filter(present), 1)[0] ?? null,
      chain: token.chain,
      symbol: token.symbol,
    },
  };
}

/** One line for people: how many speak of what, and the words of the one most people follow. */
function headline(originals: Mention[], authors: number, token: TokenRef): string {
  const voice = originals.reduce((a, b) => ((b.followers ?? 0) > (a.followers ?? 0) ? b : a));
  const name = token.symbol ? `$${token.symbol}` : token.tokenCa;
  const posts = originals.length === 1 ? "1 post" : `${originals.length} posts`;
  return (
    `${posts} by ${authors} ${authors === 1 ? "author" : "authors"} about ${name}: ` +
    `${voice.excerpt}`
  );
}
