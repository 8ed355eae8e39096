import * as z from "zod";
import type { OutsideAnswer } from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import type { PostLink } from "../../model/raw-post.ts";
import { unescapeHtml } from "../_shared/html.ts";
import { entityLinks, keptLinks } from "../_shared/links.ts";
import type { PostFields } from "../_shared/post-input.ts";
import { postTime } from "../_shared/post-time.ts";

const count = z.number().nonnegative().optional().catch(undefined);
const Long = z
  .object({ text: z.string(), entities: z.unknown().optional() })
  .optional()
  .catch(undefined);
const References = z
  .array(z.object({ type: z.string(), id: z.string() }))
  .optional()
  .catch(undefined);

/** Both vocabularies: X renamed tweet to post in August 2026, and either may answer. */
const XPost = z.object({
  id: z.string(),
  text: z.string(),
  author_id: z.string().optional(),
  created_at: z.string().optional(),
  lang: z.string().optional().catch(undefined),
  entities: z.unknown().optional(),
  note_post: Long,
  note_tweet: Long,
  referenced_posts: References,
  referenced_tweets: References,
  public_metrics: z
    .object({ like_count: count, reply_count: count, repost_count: count, retweet_count: count })
    .optional()
    .catch(undefined),
});
const XUser = z.object({
  id: z.string(),
  username: z.string(),
  public_metrics: z.object({ followers_count: count }).optional().catch(undefined),
});
type XUser = z.infer<typeof XUser>;
type XPost = z.infer<typeof XPost>;

export const XAnswer = z.object({
  data: z.array(z.unknown()).optional(),
  includes: z
    .object({
      users: z.array(z.unknown()).optional(),
      posts: z.array(z.unknown()).optional().catch(undefined),
      tweets: z.array(z.unknown()).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  meta: z.object({
    result_count: z.number(),
    newest_id: z.string().max(19).optional(),
    next_token: z.string().max(500).optional(),
  }),
});

/** "No language" in X's words: undetermined, or nothing but links, tags, mentions. */
const NO_LANGUAGE = new Set(["und", "qme", "qht", "qam", "qct", "zxx", "qst", "art"]);

/** The time (ms) in a snowflake id; 0 when `id` is not one. */
export const idTime = (id: string): number =>
  /^\d{1,19}$/.test(id) ? Number((BigInt(id) >> 22n) + 1_288_834_974_657n) : 0;

/** The whole of a post: a long one stands in its note, with links of its own. */
function wholeOf(post: XPost): { text: string; links: PostLink[] } {
  const note = post.note_post ?? post.note_tweet;
  return {
    text: unescapeHtml(note?.text ?? post.text),
    links: entityLinks(note === undefined ? post.entities : note.entities),
  };
}

/**
 * What a reader sees: a repost is the whole of what it repeats, and a quoted post stands below the
 * words of who quotes it, where X gave it along.
 */
function shownOf(post: XPost, referenced: ReadonlyMap<string, XPost>): ReturnType<typeof wholeOf> {
  const own = wholeOf(post);
  const references = post.referenced_posts ?? post.referenced_tweets ?? [];
  const about = (...types: string[]) => {
    const id = references.find(({ type }) => types.includes(type))?.id;
    const found = id === undefined ? undefined : referenced.get(id);
    return found && wholeOf(found);
  };
  const repeated = about("reposted", "retweeted");
  const by = /^RT @\w+: /.exec(own.text)?.[0];
  if (repeated && by !== undefined) return { ...repeated, text: `${by}${repeated.text}` };
  const quoted = about("quoted");
  if (!quoted) return own;
  const links = keptLinks([...own.links, ...quoted.links]);
  return { text: `${own.text}\n\n“${quoted.text}”`, links };
}

function toPostInput(
  post: XPost,
  users: ReadonlyMap<string, XUser>,
  referenced: ReadonlyMap<string, XPost>,
  now: number,
): PostFields {
  const author = users.get(post.author_id ?? "");
  const metrics = post.public_metrics;
  const { text, links } = shownOf(post, referenced);
  const name = author?.username ?? post.author_id ?? "unknown";
  return {
    source: "x",
    id: post.id,
    author: name,
    ...postTime(Date.parse(post.created_at ?? "") || idTime(post.id), now),
    text,
    ...(links.length > 0 && { links }),
    url: `https://x.com/${author?.username ?? "i"}/status/${post.id}`,
    ...(post.lang !== undefined && !NO_LANGUAGE.has(post.lang) && { lang: post.lang }),
    metrics: {
      followers: author?.public_metrics?.followers_count,
      likes: metrics?.like_count,
      replies: metrics?.reply_count,
      reposts: metrics?.repost_count ?? metrics?.retweet_count,
    },
  };
}

/**
 * The newest id that is not ahead of our clock: one from the future would hide every post until
 * then.
 */
function newestOf(ids: readonly string[], now: number): string | null {
  const known = ids.filter((id) => idTime(id) > 0 && idTime(id) <= now);
  return known.reduce<string | null>(
    (most, id) => (most === null || BigInt(id) > BigInt(most) ? id : most),
    null,
  );
}

export type XPage = {
  items: PostFields[];
  unreadable: number;
  newestId: string | null;
  nextToken: string | null;
};

/** Undefined: the answer has another shape. */
export function readXPage(json: unknown, now: number): XPage | undefined {
  const read = XAnswer.safeParse(json);
  if (!read.success) return undefined;
  const { data = [], includes, meta } = read.data;
  const users = new Map(
    (includes?.users ?? [])
      .flatMap((item) => XUser.safeParse(item).data ?? [])
      .map((user) => [user.id, user]),
  );
  const referenced = new Map(
    [...(includes?.posts ?? []), ...(includes?.tweets ?? [])]
      .flatMap((item) => XPost.safeParse(item).data ?? [])
      .map((post) => [post.id, post]),
  );
  const posts = data.map((item) => XPost.safeParse(item).data);
  return {
    items: posts.map((post) =>
      post === undefined ? null : toPostInput(post, users, referenced, now),
    ),
    unreadable: posts.filter((post) => post === undefined).length,
    newestId: newestOf([meta.newest_id ?? "", ...posts.flatMap((post) => post?.id ?? [])], now),
    nextToken: meta.next_token ?? null,
  };
}

const Charged = z.object({
  data: z.union([z.array(z.unknown()), z.looseObject({}).transform((one) => [one])]).optional(),
  includes: z.object({ users: z.array(z.unknown()).optional() }).optional(),
});

/** X charges for every post and every user that it returns. */
export function chargedPosts(json: unknown): number {
  const read = Charged.safeParse(json).data;
  return (read?.data?.length ?? 0) + (read?.includes?.users?.length ?? 0);
}

const XProblem = z.object({
  title: z.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        parameters: z.record(z.string(), z.unknown()).optional(),
        message: z.string().optional(),
      }),
    )
    .optional()
    .catch(undefined),
});

/** X refuses a lower bound of more than a week ago: reading must start anew. */
export function isStaleCursor({ status, json }: Pick<OutsideAnswer, "status" | "json">): boolean {
  const errors = status === 400 ? XProblem.safeParse(json).data?.errors : undefined;
  const old = ({
    parameters,
    message = "",
  }: {
    parameters?: Record<string, unknown> | undefined;
    message?: string | undefined;
  }) =>
    parameters?.since_id !== undefined ||
    parameters?.start_time !== undefined ||
    /created after/.test(message);
  return errors?.some(old) ?? false;
}

/** A handle's numeric id. */
export const XUserAnswer = z.object({ data: z.object({ id: z.string().regex(/^\d{1,19}$/) }) });

/**
 * Credits and the monthly cap look like a payment and like a rate limit; both last until an
 * operator or the calendar acts. A 200 may hold problems: beside data they are about single posts,
 * alone they say that the account cannot be seen.
 */
export function classifyX({ status, json }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  const problem = XProblem.safeParse(json).data;
  const title = problem?.title ?? "";
  if (title === "CreditsDepleted") return { kind: "quota", reason: "credits used up" };
  if (title === "UsageCapExceeded" || problem?.type?.endsWith("/usage-capped"))
    return { kind: "quota", reason: "monthly cap reached" };
  if (status === 403 && json !== undefined)
    return { kind: "auth", reason: "access refused (HTTP 403)" };
  const problems = status === 200 ? (problem?.errors?.length ?? 0) : 0;
  if (problems === 0) return undefined;
  if (problem?.data === undefined)
    return {
      kind: "reject",
      reason: "X shows none of it: no such account, suspended or protected",
    };
  return { kind: "partial", reason: `${problems} referenced posts cannot be seen` };
}
