import * as z from "zod";
import type { Answer } from "../kit/http.ts";
import type { Verdict } from "../kit/verdict.ts";
import { unescaped } from "./html.ts";
import type { Wire } from "./read-posts.ts";

const count = z.number().nonnegative().optional().catch(undefined);
const Long = z.object({ text: z.string() }).optional().catch(undefined);

/** Both vocabularies: X renamed tweet to post in August 2026, and either may answer. */
const XPost = z.object({
  id: z.string(),
  text: z.string(),
  author_id: z.string().optional(),
  created_at: z.string().optional(),
  lang: z.string().optional().catch(undefined),
  note_post: Long,
  note_tweet: Long,
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

const XAnswer = z.object({
  data: z.array(z.unknown()).optional(),
  includes: z
    .object({ users: z.array(z.unknown()).optional() })
    .optional()
    .catch(undefined),
  meta: z.object({ result_count: z.number(), newest_id: z.string().optional(), next_token: z.string().optional() }),
});

/** "No language" in X's words: undetermined, or nothing but links, tags, mentions. */
const NO_LANGUAGE = new Set(["und", "qme", "qht", "qam", "qct", "zxx", "qst", "art"]);

function wire(post: z.infer<typeof XPost>, users: ReadonlyMap<string, XUser>, now: string): Wire {
  const author = users.get(post.author_id ?? "");
  const metrics = post.public_metrics;
  const name = author?.username ?? post.author_id ?? "unknown";
  return {
    ...{ source: "x", id: post.id, author: name, posted_at: post.created_at ?? now },
    text: unescaped(post.note_post?.text ?? post.note_tweet?.text ?? post.text),
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

export type XPage = { items: Wire[]; unreadable: number; newestId: string | null; nextToken: string | null };

/** Undefined: the answer has another shape. Problems about single posts (`errors` beside `data`) are passed over. */
export function readPage(json: unknown, now: string): XPage | undefined {
  const read = XAnswer.safeParse(json);
  if (!read.success) return undefined;
  const { data = [], includes, meta } = read.data;
  const users = new Map(
    (includes?.users ?? []).flatMap((item) => XUser.safeParse(item).data ?? []).map((user) => [user.id, user]),
  );
  const posts = data.map((item) => XPost.safeParse(item).data);
  return {
    items: posts.map((post) => (post === undefined ? null : wire(post, users, now))),
    unreadable: posts.filter((post) => post === undefined).length,
    newestId: meta.newest_id ?? null,
    nextToken: meta.next_token ?? null,
  };
}

const Charged = z.object({
  data: z.union([z.array(z.unknown()), z.looseObject({}).transform((one) => [one])]).optional(),
  includes: z.object({ users: z.array(z.unknown()).optional() }).optional(),
});

/** What was charged: every post and every user that came back. */
export function charged(json: unknown): number {
  const read = Charged.safeParse(json).data;
  return (read?.data?.length ?? 0) + (read?.includes?.users?.length ?? 0);
}

const XProblem = z.object({
  title: z.string().optional(),
  type: z.string().optional(),
  errors: z
    .array(z.object({ parameters: z.record(z.string(), z.unknown()).optional(), message: z.string().optional() }))
    .optional(),
});

/** `since_id` from more than a week ago is refused for ever: reading must start anew. */
export function isStaleCursor({ status, json }: Pick<Answer, "status" | "json">): boolean {
  const errors = status === 400 ? XProblem.safeParse(json).data?.errors : undefined;
  return errors?.some((each) => each.parameters?.since_id !== undefined || /created after/.test(each.message ?? "")) ?? false;
}

/** A handle's numeric id. */
export const XUserAnswer = z.object({ data: z.object({ id: z.string() }) });

/**
 * Credits and the monthly cap look like a payment and like a rate limit; both last until an operator or the calendar acts. `shape` is what a good
 * answer looks like.
 */
export function classifyX({ status, json }: Omit<Answer, "verdict">, shape: z.ZodType = XAnswer): Verdict | undefined {
  const problem = XProblem.safeParse(json).data;
  const title = problem?.title ?? "";
  if (title === "CreditsDepleted") return { kind: "quota", reason: "credits used up" };
  if (title === "UsageCapExceeded" || problem?.type?.endsWith("/usage-capped"))
    return { kind: "quota", reason: "monthly cap reached" };
  if (status === 403 && json !== undefined) return { kind: "auth", reason: "access refused (HTTP 403)" };
  if (status === 200 && json !== undefined && !shape.safeParse(json).success)
    return { kind: "retry", reason: "answer has another shape" };
  return undefined;
}
