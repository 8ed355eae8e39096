import * as z from "zod";
import type { PostLink, RawPost } from "../../model/raw-post.ts";
import { splitWords } from "../../settings/define.ts";
import { jsonItems, jsonOf } from "../_shared/json.ts";
import { sumLeftOut } from "../_shared/left-out.ts";
import { keptLinks } from "../_shared/links.ts";
import { readPosts } from "../_shared/post-input.ts";
import { type StreamPlan, source } from "../source.ts";

const COLLECTION = "app.bsky.feed.post";
/**
 * The cursor is roughly inclusive and servers differ slightly: rewind, and drop known ids later.
 */
const REWIND_US = 5_000_000;

const Feature = z.object({ uri: z.string().optional().catch(undefined) });
const Facet = z.object({
  index: z.object({ byteStart: z.number().int(), byteEnd: z.number().int() }),
  features: z.array(Feature.catch({})),
});
const External = z.object({ uri: z.string(), title: z.string().optional().catch(undefined) });
const Embed = z.object({
  external: External.optional().catch(undefined),
  media: z
    .object({ external: External.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
/** All but the text may be missing, null or of another shape: that is no reason to lose a post. */
const BlueskyPost = z.object({
  text: z.string(),
  createdAt: z.string().optional().catch(undefined),
  langs: z.array(z.string()).optional().catch(undefined),
  facets: z.array(z.unknown()).optional().catch(undefined),
  embed: Embed.optional().catch(undefined),
});
type BlueskyPost = z.infer<typeof BlueskyPost>;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** The words that a facet stands behind: its index counts bytes of UTF-8. */
function facetText(text: string, { byteStart, byteEnd }: z.infer<typeof Facet>["index"]): string {
  return fromUtf8.decode(utf8.encode(text).subarray(byteStart, byteEnd));
}

/** The links of a post: those of its words, and the card below it. */
function linksOf({ text, facets = [], embed }: BlueskyPost): PostLink[] {
  const ofWords = facets.flatMap((item) => {
    const facet = Facet.safeParse(item).data;
    const uris = facet?.features.flatMap(({ uri }) => uri ?? []) ?? [];
    return facet === undefined
      ? []
      : uris.map((url) => ({ url, text: facetText(text, facet.index) }));
  });
  const card = embed?.external ?? embed?.media?.external;
  return keptLinks([
    ...ofWords,
    ...(card ? [{ url: card.uri, ...(card.title && { text: card.title.slice(0, 200) }) }] : []),
  ]);
}
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
  JETSTREAM_BASE_URL: z
    .url()
    .default("https://jetstream2.us-east.bsky.network")
    .describe("The Jetstream server"),
  JETSTREAM_WORDS: splitWords
    .default([
      "crypto",
      "defi",
      "airdrop",
      "memecoin",
      "stablecoin",
      "depeg",
      "honeypot",
      "rugpull",
    ])
    .describe("Posts without one of these words, a cashtag or a contract address are skipped"),
});
type JetstreamSettings = z.output<typeof JetstreamSettings>;

export type StreamInterest = StreamPlan["interest"];

/** Whatever the pipeline may read as a ticker: "$DEMO", "＄DEMO", "$1INCH", "$币安人生". */
const TICKER = /[$＄]\d{0,4}[\p{L}]/u;
/** As long as the shortest contract address, or a coin type of Sui and Aptos. */
const ADDRESS = /[A-Za-z0-9_+/-]{32}|0x[0-9a-f]+::/i;

/** A cheap first check, before a post costs a queue operation. The filter stage decides. */
export function interestIn(terms: readonly string[]): StreamInterest {
  const low = terms.map((term) => term.toLowerCase());
  return (text) => {
    if (TICKER.test(text) || ADDRESS.test(text)) return true;
    const lower = text.toLowerCase();
    return low.some((term) => lower.includes(term));
  };
}

/** `leftOut`: why the frame brings no post, as a code of LeftOut; null when it brings one. */
export type FrameReading = { post: RawPost | null; timeUs: number | null; leftOut: string | null };

const YEAR_2000 = Date.UTC(2000, 0, 1);

/**
 * createdAt comes from the author: it may be missing, unreadable or in the future. The server's
 * time is none of these.
 */
function postedAt(createdAt: string | undefined, serverMs: number): string {
  const time = Date.parse(createdAt ?? "");
  return new Date(time >= YEAR_2000 && time <= serverMs ? time : serverMs).toISOString();
}

/**
 * The post of a frame, if it is new and of interest, and the time to which the frame moves the
 * cursor. Unreadable frames are skipped.
 */
export const readFrame = (frame: string, interest: StreamInterest): FrameReading =>
  readFrameJson(jsonOf(frame), interest);

function readFrameJson(frame: unknown, interest: StreamInterest): FrameReading {
  const read = Frame.safeParse(frame).data;
  if (read === undefined) return { post: null, timeUs: null, leftOut: "unreadable_frame" };
  const { commit, did, time_us: timeUs } = read;
  if (commit?.operation !== "create" || commit.collection !== COLLECTION)
    return { post: null, timeUs, leftOut: "not_a_new_post" };
  const record = BlueskyPost.safeParse(commit.record).data;
  if (record === undefined) return { post: null, timeUs, leftOut: "other_shape" };
  const links = linksOf(record);
  if (!interest([record.text, ...links.map(({ url }) => url)].join(" ")))
    return { post: null, timeUs, leftOut: "not_of_interest" };
  const { posts, leftOut } = readPosts([record], ({ text, createdAt, langs }) => ({
    source: "jetstream",
    id: `at://${did}/${COLLECTION}/${commit.rkey}`,
    author: did,
    text,
    posted_at: postedAt(createdAt, timeUs / 1_000),
    ...(links.length > 0 && { links }),
    url: `https://bsky.app/profile/${did}/post/${commit.rkey}`,
    ...(langs?.length === 1 && langs[0] !== undefined && { lang: langs[0].slice(0, 20) }),
  }));
  return { post: posts[0] ?? null, timeUs, leftOut: Object.keys(leftOut)[0] ?? null };
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
  readAnswer({ JETSTREAM_WORDS }, answer) {
    const interest = interestIn(JETSTREAM_WORDS);
    const read = jsonItems(answer).map((frame) => readFrameJson(frame, interest));
    return {
      kind: "read",
      posts: read.flatMap(({ post }) => post ?? []),
      leftOut: sumLeftOut(...read.map(({ leftOut }) => (leftOut === null ? {} : { [leftOut]: 1 }))),
    };
  },
  stream: (settings) => ({
    url: (cursor) => subscribeUrl(settings, cursor),
    interest: interestIn(settings.JETSTREAM_WORDS),
  }),
});
