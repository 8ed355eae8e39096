import * as z from "zod";
import type { RawPost } from "../../model/raw-post.ts";
import { splitWords } from "../../settings/define.ts";
import { readPosts } from "../_shared/post-input.ts";
import { type StreamPlan, source } from "../source.ts";

const COLLECTION = "app.bsky.feed.post";
/**
 * The cursor is roughly inclusive and servers differ slightly: rewind, and drop known ids later.
 */
const REWIND_US = 5_000_000;

const BlueskyPost = z.object({
  text: z.string(),
  createdAt: z.string(),
  langs: z.array(z.string()).optional(),
});
const Frame = z.object({
  did: z.string(),
  time_us: z.number().int(),
  kind: z.string(),
  commit: z
    .object({
      operation: z.string(),
      collection: z.string(),
      rkey: z.string(),
      record: z.unknown().optional(),
    })
    .optional(),
});

const JetstreamSettings = z.object({
  JETSTREAM_BASE_URL: z.url().default("https://jetstream2.us-east.bsky.network"),
  /**
   * Posts without any of these words, a cashtag or a contract address are skipped: there are
   * hundreds a second.
   */
  JETSTREAM_WORDS: splitWords.default([
    "crypto",
    "defi",
    "airdrop",
    "memecoin",
    "stablecoin",
    "depeg",
    "honeypot",
    "rugpull",
  ]),
});
type JetstreamSettings = z.output<typeof JetstreamSettings>;

export type StreamInterest = StreamPlan["interest"];

const CASHTAG = /(^|[^\w$])\$[A-Za-z][A-Za-z0-9]{1,9}(?![\w$])/;
const ADDRESS = /\b0x[0-9a-fA-F]{40}\b|\b[1-9A-HJ-NP-Za-km-z]{43,44}\b/;

/** A cheap first check, before a post costs a queue operation. The filter stage decides. */
export function interestIn(terms: readonly string[]): StreamInterest {
  const low = terms.map((term) => term.toLowerCase());
  return (text) => {
    if (CASHTAG.test(text) || ADDRESS.test(text)) return true;
    const lower = text.toLowerCase();
    return low.some((term) => lower.includes(term));
  };
}

export type FrameReading = { post: RawPost | null; timeUs: number | null };

function json(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
}

/**
 * The post of a frame, if it is new and of interest, and the time to which the frame moves the
 * cursor. Unreadable frames are skipped.
 */
export function readFrame(frame: string, interest: StreamInterest): FrameReading {
  const read = Frame.safeParse(json(frame)).data;
  if (read === undefined) return { post: null, timeUs: null };
  const { commit, did, time_us: timeUs } = read;
  if (commit?.operation !== "create" || commit.collection !== COLLECTION)
    return { post: null, timeUs };
  const record = BlueskyPost.safeParse(commit.record).data;
  if (record === undefined || !interest(record.text)) return { post: null, timeUs };
  const { posts } = readPosts([record], ({ text, createdAt, langs }) => ({
    source: "jetstream",
    id: `at://${did}/${COLLECTION}/${commit.rkey}`,
    author: did,
    text,
    /* createdAt comes from the author and may lie in the future; the server's time does not. */
    posted_at:
      Date.parse(createdAt) <= timeUs / 1_000 ? createdAt : new Date(timeUs / 1_000).toISOString(),
    url: `https://bsky.app/profile/${did}/post/${commit.rkey}`,
    ...(langs?.length === 1 && langs[0] !== undefined && { lang: langs[0].slice(0, 20) }),
  }));
  return { post: posts[0] ?? null, timeUs };
}

function subscribeUrl(settings: JetstreamSettings, cursor: string | null): string {
  const url = new URL(`${settings.JETSTREAM_BASE_URL.replace(/^ws/, "http")}/subscribe`);
  url.searchParams.set("wantedCollections", COLLECTION);
  if (cursor !== null) url.searchParams.set("cursor", String(Number(cursor) - REWIND_US));
  return url.href;
}

export const jetstream = source({
  name: "jetstream",
  title: "Bluesky Jetstream",
  kind: "stream",
  docs: [
    "Every new post on Bluesky, over one WebSocket that a Durable Object holds and resumes by",
    "cursor (36 h of history). No key.",
  ].join(" "),
  settings: JetstreamSettings,
  stream: (settings) => ({
    url: (cursor) => subscribeUrl(settings, cursor),
    interest: interestIn(settings.JETSTREAM_WORDS),
  }),
});
