import * as z from "zod";
import { snakeCased } from "../kit/case.ts";
import { jsonBytes } from "../kit/utf8.ts";
import { Chain, IsoInstant } from "./scalars.ts";

export const MAX_TEXT = 10_000;
/** In one request, in any format. */
export const MAX_POSTS = 1_000;
const MAX_RAW_BYTES = 16_384;
const MAX_RAW_DEPTH = 32;

const Metrics = z.object({
  followers: z.number().nonnegative().optional(),
  likes: z.number().nonnegative().optional(),
  reposts: z.number().nonnegative().optional(),
  replies: z.number().nonnegative().optional(),
});

export const MAX_POST_LINKS = 50;
export const MAX_URL = 2_000;
/** Fifty long addresses would make a post larger than a message of a queue may be. */
const MAX_LINK_BYTES = 16_384;

/** Where a post leads: the address in full, and the words that stand for it in the post. */
export const PostLink = z.object({ url: z.string(), text: z.string().optional() });
export type PostLink = z.infer<typeof PostLink>;

/** The first links that a post has room for: 50, and 16 KB of JSON in UTF-8. */
export function fittingLinks(links: readonly PostLink[]): PostLink[] {
  let room = MAX_LINK_BYTES;
  return links.slice(0, MAX_POST_LINKS).filter((link) => {
    room -= jsonBytes(link);
    return room >= 0;
  });
}

/** A post as a source gave it. `source` + `id` identify it for ever; `postedAt` is event time. */
export const RawPost = z.object({
  source: z.string(),
  id: z.string(),
  author: z.string(),
  text: z.string(),
  postedAt: z.string(),
  url: z.string().optional(),
  lang: z.string().optional(),
  tokenCa: z.string().optional(),
  symbol: z.string().optional(),
  chain: Chain.optional(),
  metrics: Metrics.optional(),
  /** Addresses behind the words of the post, expanded; the text need not hold them. */
  links: z.array(PostLink).optional(),
  /**
   * The source gave no time that can be read for certain: `postedAt` is the feed's time, or when
   * the post was first seen.
   */
  timeGuessed: z.boolean().optional(),
  raw: z.record(z.string(), z.unknown()).optional(),
  /** Of a backfill: it counts, and nobody is notified because of it. No sender can set it. */
  quiet: z.boolean().optional(),
  /** The traceparent of the post's own span: every stage works under it, at every try. */
  trace: z.string().optional(),
  /** That of the sender: the parent in the same trace, a link from another (a batch). */
  traceFrom: z.string().optional(),
  traceState: z.string().optional(),
});
export type RawPost = z.infer<typeof RawPost>;

const name = (max: number) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? "is required" : "must be a string") })
    .trim()
    .min(1, "must not be empty")
    .max(max, `is longer than ${max} characters`);
const KNOWN = new Set([
  "id",
  "source",
  "author",
  "text",
  "posted_at",
  "timestamp",
  "url",
  "lang",
  "token_ca",
  "symbol",
  "chain",
  "metrics",
  "links",
  "time_guessed",
  "raw",
]);

/** PostgreSQL text holds neither NUL nor half a surrogate pair. */
const storable = (text: string): string => text.replaceAll("\u0000", "").toWellFormed();

/** An id is never mended: two would become one, and the second post a repeat of the first. */
const isStorable = (text: string): boolean => storable(text) === text;
const NOT_STORABLE = "holds NUL or half a surrogate pair, which are no characters; leave them out";

const LinkOnWire = z.union([
  z
    .string()
    .max(MAX_URL)
    .transform((url): PostLink => ({ url })),
  z
    .object({ url: z.string().max(MAX_URL), text: z.string().max(300).nullish() })
    .transform(({ url, text }): PostLink => ({ url, ...(text && { text }) })),
]);

export const MAX_SOURCE = 50;
export const SourceName = name(MAX_SOURCE).regex(
  /^[a-z0-9][a-z0-9_.-]*$/,
  "must be lower-case letters, digits, _ . or -",
);

/** The fields of a post as senders write them. */
export const PostOnWire = z.looseObject({
  id: z.union([name(200).refine(isStorable, NOT_STORABLE), z.number().int().transform(String)], {
    error: (issue) =>
      issue.input === undefined
        ? "is required: source and id identify a post"
        : "must be a non-empty string of up to 200 characters",
  }),
  source: SourceName,
  author: name(200).transform(storable).pipe(name(200)),
  text: z
    .string({ error: "must be a string" })
    .max(MAX_TEXT, `is longer than ${MAX_TEXT} characters; cut it or send the first ${MAX_TEXT}`),
  posted_at: IsoInstant,
  url: z.string().max(MAX_URL).optional(),
  lang: z.string().max(20).optional(),
  token_ca: z.string().trim().min(1).max(100).optional(),
  symbol: z.string().trim().min(1).max(20).optional(),
  chain: Chain.optional(),
  metrics: Metrics.optional(),
  links: z.array(LinkOnWire).max(MAX_POST_LINKS).optional(),
  time_guessed: z.boolean().optional(),
  raw: z.record(z.string(), z.unknown()).optional(),
});

/** The form in which lists compare authors: in lower case, without @. */
export const authorHandle = (author: string): string => author.replace(/^@/, "").toLowerCase();

/**
 * Whether `raw` is small and flat enough to be kept. Thousands of nested levels exhaust the stack
 * of JSON.stringify and of PostgreSQL alike, and would fail the whole batch.
 */
function isStorableRaw(raw: object): boolean {
  let level: object[] = [raw];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_RAW_DEPTH) return false;
    level = level
      .flatMap((value): unknown[] => Object.values(value))
      .filter((value) => typeof value === "object" && value !== null);
  }
  return jsonBytes(raw) <= MAX_RAW_BYTES;
}

function storableDeep(value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  if (Array.isArray(value)) return value.map(storableDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storable(key), storableDeep(inner)]),
  );
}

/** Texts that are absent when they are empty: spreadsheets and databases send "" for nothing. */
const EMPTY_IS_ABSENT = new Set(["token_ca", "symbol", "chain", "url", "lang"]);
const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isGiven = ([key, value]: [string, unknown]): boolean =>
  value !== null && !(EMPTY_IS_ABSENT.has(key) && typeof value === "string" && value.trim() === "");

/**
 * The wire form of a post (snake_case; docs/api.md) read into a RawPost. `timestamp` is taken for
 * `posted_at`, nulls (in `metrics` too) and empty texts count as absent, and unknown fields are
 * kept in `raw` while it stays under 16 KB of UTF-8 and 32 levels. Of `links` the first 16 KB are
 * kept.
 */
export const PostInput = z
  .preprocess((input) => {
    if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
    const given = Object.fromEntries(Object.entries(input).filter(isGiven));
    if (isPlain(given.metrics))
      given.metrics = Object.fromEntries(Object.entries(given.metrics).filter(isGiven));
    return "posted_at" in given || !("timestamp" in given)
      ? given
      : { ...given, posted_at: given.timestamp };
  }, PostOnWire)
  .transform((wire): RawPost => {
    const links = fittingLinks(storableDeep(wire.links ?? []) as PostLink[]);
    const extra = Object.fromEntries(Object.entries(wire).filter(([key]) => !KNOWN.has(key)));
    const raw = { ...wire.raw, ...extra };
    const keepRaw = Object.keys(raw).length > 0 && isStorableRaw(raw);
    return {
      source: wire.source,
      id: wire.id,
      author: wire.author,
      text: storable(wire.text),
      postedAt: wire.posted_at,
      ...(wire.url !== undefined && { url: storable(wire.url) }),
      ...(wire.lang !== undefined && { lang: wire.lang }),
      ...(wire.token_ca !== undefined && { tokenCa: storable(wire.token_ca) }),
      ...(wire.symbol !== undefined && { symbol: storable(wire.symbol) }),
      ...(wire.chain !== undefined && { chain: wire.chain }),
      ...(wire.metrics !== undefined && { metrics: wire.metrics }),
      ...(links.length > 0 && { links }),
      ...(wire.time_guessed && { timeGuessed: true }),
      ...(keepRaw && { raw: storableDeep(raw) as Record<string, unknown> }),
    };
  });

/** The wire form of a post, as PostInput reads it. */
export const postOnWire = ({ raw, ...post }: RawPost): object => ({
  ...(snakeCased(post) as object),
  ...(raw !== undefined && { raw }),
});

/** How far a sender's clock may be ahead of ours. */
const MAX_AHEAD_MS = 300_000;
export const TIME_AHEAD = "is more than five minutes ahead of the server's clock";

/** Whether the post says that it was posted in the future: it would head every list until then. */
export const isAhead = ({ postedAt }: Pick<RawPost, "postedAt">, now: number): boolean =>
  Date.parse(postedAt) > now + MAX_AHEAD_MS;

/** `{source}:{id}`: the post's identity in one string, and its evidence id in an event. */
export const postKey = (post: { source: string; id: string }): string =>
  `${post.source}:${post.id}`;
