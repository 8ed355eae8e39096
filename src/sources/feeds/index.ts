import * as z from "zod";
import { type GuardedPorts, guardedCall } from "../../http/provider-call.ts";
import type { Verdict } from "../../http/verdict.ts";
import type { LeftOut } from "../../model/source-status.ts";
import { splitWords } from "../../settings/define.ts";
import { idDigest, readCursor } from "../_shared/cursor.ts";
import { countLeftOut, NOTHING_LEFT_OUT, sumLeftOut } from "../_shared/left-out.ts";
import { type PostFields, readPosts } from "../_shared/post-input.ts";
import { NOTHING_NEW, worseVerdict } from "../_shared/verdicts.ts";
import { type PollResult, source } from "../source.ts";
import { feedPosts } from "./feed-posts.ts";
import { parseFeed } from "./parse.ts";

const LIMITS = { pace: { perMinute: 6, gapMs: 1_000 }, dailyBudget: null };
const MAX_FEED_BYTES = 2_000_000;
const REMEMBERED = 200;
const GONE_MS = 86_400_000;
/** A feed that asks to be read once a day would bring yesterday's news. */
const MOST_TTL_MINUTES = 60;

/**
 * How far one feed was read: its validators, and the items of the last document, so that a change
 * brings only what is new.
 */
const FeedPlace = z.object({
  etag: z.string().nullable(),
  modified: z.string().nullable(),
  seen: z.array(z.string()),
  /** Left alone until then: it answered 410, or its <ttl> asks for it. */
  restUntil: z.number(),
});
type FeedPlace = z.infer<typeof FeedPlace>;
const Cursor = z.record(z.string(), FeedPlace);
const START: FeedPlace = { etag: null, modified: null, seen: [], restUntil: 0 };

/** Each host has a breaker of its own. */
const providerOf = (url: string): string => `feeds.${new URL(url).hostname}`;

const conditions = ({ etag, modified }: FeedPlace): Record<string, string> => ({
  ...(etag !== null && { "if-none-match": etag }),
  ...(modified !== null && { "if-modified-since": modified }),
});

type Read = { verdict: Verdict; items: PostFields[]; leftOut: LeftOut; place: FeedPlace };

async function read(url: string, place: FeedPlace, ports: GuardedPorts): Promise<Read> {
  const answer = await guardedCall(
    { provider: providerOf(url), limits: LIMITS },
    () => ({
      url,
      headers: {
        "user-agent": "event-stream-starter",
        accept: "application/rss+xml, application/atom+xml, application/feed+json, */*;q=0.5",
        ...conditions(place),
      },
      timeoutMs: 8_000,
      maxBytes: MAX_FEED_BYTES,
    }),
    ports,
  );
  const nothing = (verdict: Verdict, restUntil = place.restUntil): Read => ({
    verdict,
    items: [],
    leftOut: NOTHING_LEFT_OUT,
    place: { ...place, restUntil },
  });
  if (answer.verdict.kind === "gone") return nothing(answer.verdict, ports.now() + GONE_MS);
  if (answer.verdict.kind !== "ok") return nothing(answer.verdict);
  const feed = parseFeed(answer.text, url);
  if (feed === undefined) return nothing({ kind: "retry", reason: "no feed" });
  const now = ports.now();
  const { items, leftOut } = feedPosts(feed, { address: url, now, known: place !== START });
  const marks = items.map(({ id }) => idDigest(String(id)));
  return {
    verdict: feed.whole ? answer.verdict : { kind: "partial", reason: "the document was cut off" },
    items: items.filter((_, i) => !place.seen.includes(marks[i] ?? "")),
    leftOut,
    place: {
      // Of a document that was cut off the rest is asked for again.
      etag: feed.whole ? answer.headers.get("etag") : null,
      modified: feed.whole ? answer.headers.get("last-modified") : null,
      seen: marks.slice(0, REMEMBERED),
      restUntil: now + Math.min(feed.ttlMinutes, MOST_TTL_MINUTES) * 60_000,
    },
  };
}

export const feeds = source({
  name: "feeds",
  title: "RSS, Atom and JSON feeds",
  kind: "poll",
  docs: [
    "Any number of feeds in FEED_URLS, separated by spaces. Conditional requests; a feed that",
    "answers 410 is left alone for a day. Also for Reddit, GitHub releases, YouTube, Mastodon and",
    "Substack.",
  ].join(" "),
  settings: z.object({
    FEED_URLS: splitWords
      .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))
      .default(["https://cointelegraph.com/rss", "https://www.coindesk.com/arc/outboundfeeds/rss/"])
      .describe("RSS, Atom, RDF and JSON feeds, separated by spaces or commas"),
    FEEDS_EVERY_MINUTES: z.coerce
      .number()
      .int()
      .min(1)
      .default(5)
      .describe("Minutes between polls"),
  }),
  providers: ({ FEED_URLS }) => [...new Set(FEED_URLS.map(providerOf))],
  everyMinutes: (settings) => settings.FEEDS_EVERY_MINUTES,
  standIns: { FEED_URLS: "https://feed.example/feed.xml" },
  readAnswer({ FEED_URLS: [address = ""] }, { text, now }) {
    const feed = parseFeed(text, address);
    if (feed === undefined) return { kind: "unreadable", why: "it is no feed" };
    const { items, leftOut } = feedPosts(feed, { address, now, known: false });
    const read = readPosts(items, (item) => item);
    return { kind: "read", posts: read.posts, leftOut: sumLeftOut(leftOut, read.leftOut) };
  },
  async poll({ FEED_URLS }, { cursor, since }, ports): Promise<PollResult> {
    const before = readCursor(Cursor, cursor, {});
    const polled: PollResult = { verdict: NOTHING_NEW, posts: [], rejected: 0, cursor };
    const after: z.infer<typeof Cursor> = {};
    for (const url of FEED_URLS) {
      const place = before[url] ?? START;
      after[url] = place;
      if (place.restUntil > ports.now()) continue;
      const found = await read(url, place, ports);
      after[url] = found.place;
      polled.verdict = worseVerdict(polled.verdict, found.verdict);
      const { posts, leftOut } = readPosts(found.items, (item) => item);
      polled.posts.push(...posts.filter((post) => since === null || post.postedAt >= since));
      polled.leftOut = sumLeftOut(polled.leftOut ?? {}, found.leftOut, leftOut);
    }
    const rejected = countLeftOut(polled.leftOut ?? {});
    return { ...polled, rejected, cursor: JSON.stringify(after) };
  },
});
