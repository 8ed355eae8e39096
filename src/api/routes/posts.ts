import * as z from "zod";
import { IsoInstant } from "../../model/scalars.ts";
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
const History = Listed.extend({
  trace: z.string().nullable().describe("The W3C traceparent of the post's own span"),
  traceFrom: z
    .string()
    .nullable()
    .describe("The sender's: the parent in the same trace, else a link (a batch)"),
  steps: z.array(
    z.object({
      stage: z.string(),
      outcome: z.string(),
      at: z.string(),
      reason: z.string().nullable(),
      eventKey: z.string().nullable(),
    }),
  ),
});

/**
 * What the public may know of a post: that it was dropped and for which reason, not the score and
 * the words that a sender of spam would need to get past the filter.
 */
export const publicHistory = (history: PostHistory): PostHistory => ({
  ...history,
  spam: history.outcome === "dropped" ? null : history.spam,
  steps: history.steps.map((step) =>
    step.outcome === "dropped" ? { ...step, reason: history.reason } : step,
  ),
});

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
    tag: "feed",
    operationId: "getPost",
    summary:
      "What became of a post: each stage's outcome, time and reason. " +
      "The spam score and the match " +
      "of a dropped one ask for the scope operations.",
    params: z.object({ source: z.string(), id: z.string() }),
    answer: History,
    status: 200,
    example: { params: { source: "x", id: "1" } },
    async handle({ params: { source, id }, context }) {
      const history = await store.post(source, id);
      if (history === undefined)
        return problem(404, `No post ${source.slice(0, 60)}:${id.slice(0, 200)} came in.`);
      return mayRead("operations", context.get("caller"), settings.publicRead)
        ? history
        : publicHistory(history);
    },
  }),
];
