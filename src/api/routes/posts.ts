import * as z from "zod";
import { STAGE_BUDGET_MS } from "../../analytics/panels/latency.ts";
import { IsoInstant } from "../../model/scalars.ts";
import { DEFAULT_TENANT } from "../../model/tenant.ts";
import type { PostHistory, PostStore } from "../../store/posts.ts";
import { type ApiSettings, mayRead } from "../context.ts";
import { problem } from "../problem.ts";
import { PagingQuery, readPaging } from "../query.ts";
import { type ApiRoute, route } from "../route.ts";

export type PostHistoryPorts = {
  settings: Pick<ApiSettings, "publicRead">;
  store: Pick<PostStore, "post" | "posts">;
};

const Listed = z.object({
  source: z.string(),
  id: z.string(),
  author: z.string(),
  text: z.string(),
  postedAt: z.string(),
  acceptedAt: z.string(),
  outcome: z.string().nullable(),
  reason: z.string().nullable(),
  lang: z.string().nullable(),
  spam: z.number().nullable(),
  sentiment: z.number().nullable(),
});
export const PostHistoryShown = Listed.extend({
  trace: z.string().nullable().describe("The W3C traceparent of the post's own span"),
  traceFrom: z
    .string()
    .nullable()
    .describe("The sender's: the parent in the same trace, else a link (a batch)"),
  spentMs: z.number().nullable().describe("The longest step of each stage, summed"),
  budgetMs: z.number().describe("What they may take together"),
  steps: z.array(
    z.object({
      stage: z.string(),
      outcome: z.string(),
      at: z.string().describe("When it began"),
      reason: z.string().nullable(),
      eventKey: z.string().nullable(),
      ms: z.number().nullable().describe("Its own milliseconds; null: not measured"),
      shared: z
        .number()
        .int()
        .nullable()
        .describe("So many posts had these milliseconds together; null: the post's alone"),
      who: z.string().nullable().describe("The provider that was asked, or the channel"),
      budgetMs: z.number().nullable().describe("What a step of this stage may take"),
    }),
  ),
});

/**
 * What the public may know of a post: that it was dropped and for which reason, not the score and
 * the words that a sender of spam would need to get past the filter, nor whom it was sent to.
 */
const publicHistory = (history: PostHistory): PostHistory => ({
  ...history,
  spam: history.outcome === "dropped" ? null : history.spam,
  steps: history.steps
    .filter(({ stage }) => stage !== "notify")
    .map((step) => (step.outcome === "dropped" ? { ...step, reason: history.reason } : step)),
});

/** What a caller may know of it. The attempts that it holds are the operators'. */
export function historyFor(
  history: PostHistory,
  { operations, tenant }: { operations: boolean; tenant: string },
): PostHistory {
  if (!operations) return publicHistory(history);
  if (tenant === DEFAULT_TENANT) return history;
  return { ...history, steps: history.steps.filter(({ stage }) => stage !== "notify") };
}

const BUDGETS: Readonly<Record<string, number>> = {
  ...STAGE_BUDGET_MS,
  sources: STAGE_BUDGET_MS.accept,
};
const TOTAL_BUDGET_MS = Object.values<number>(STAGE_BUDGET_MS).reduce((sum, ms) => sum + ms);

/** Each step beside what it may take. Providers are asked at once: the longest of them counts. */
export function withBudgets(history: PostHistory): z.input<typeof PostHistoryShown> {
  const longest = new Map<string, number>();
  for (const { stage, ms } of history.steps)
    if (ms !== null && stage in BUDGETS) longest.set(stage, Math.max(longest.get(stage) ?? 0, ms));
  const spent = [...longest.values()].reduce((sum, ms) => sum + ms, 0);
  return {
    ...history,
    spentMs: longest.size === 0 ? null : Math.round(spent * 10) / 10,
    budgetMs: TOTAL_BUDGET_MS,
    steps: history.steps.map((step) => ({ ...step, budgetMs: BUDGETS[step.stage] ?? null })),
  };
}

const PostsQuery = PagingQuery.extend({
  source: z.string().max(60).nullable().default(null),
  outcome: z.enum(["pending", "evidence", "dropped", "duplicate", "dead"]).nullable().default(null),
  reason: z.string().max(200).nullable().default(null),
  since: IsoInstant.nullable().default(null),
});

export const postRoutes = ({ store, settings }: PostHistoryPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/posts",
    access: "operations",
    tenants: "shared",
    tag: "feed",
    operationId: "listPosts",
    summary: "The posts that came in, the latest first, by how they ended and why.",
    query: PostsQuery,
    answer: z.object({ posts: z.array(Listed), nextCursor: z.string().nullable() }),
    status: 200,
    example: { query: { outcome: "dropped", reason: "spam" } },
    async handle({ query }) {
      const { source, outcome, reason, since } = query;
      const page = await readPaging(query, (paging) =>
        store.posts({ source, outcome, reason, since }, paging),
      );
      return page instanceof Response ? page : { posts: page.items, nextCursor: page.nextCursor };
    },
  }),
  route({
    method: "GET",
    path: "/posts/:source/:id",
    access: "feed",
    tenants: "shared",
    tag: "feed",
    operationId: "getPost",
    summary:
      "What became of a post: each step's outcome, reason, start and own milliseconds, beside " +
      "its budget. The spam score and the match of a dropped one, and the attempts at its " +
      "deliveries, ask for the scope operations.",
    params: z.object({ source: z.string(), id: z.string() }),
    answer: PostHistoryShown,
    status: 200,
    example: { params: { source: "x", id: "1" } },
    async handle({ params: { source, id }, context, tenant }) {
      const history = await store.post(source, id);
      if (history === undefined)
        return problem(404, `No post ${source.slice(0, 60)}:${id.slice(0, 200)} came in.`);
      const operations = mayRead("operations", context.get("caller"), settings.publicRead);
      return withBudgets(historyFor(history, { operations, tenant }));
    },
  }),
];
