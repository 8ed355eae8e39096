import * as z from "zod";
import type { PostHistory, PostStore } from "../../store/posts.ts";
import { type ApiSettings, mayRead } from "../context.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type PostHistoryPorts = {
  settings: Pick<ApiSettings, "publicRead">;
  store: Pick<PostStore, "post">;
};

const History = z.object({
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

export const postRoutes = ({ store, settings }: PostHistoryPorts): ApiRoute[] => [
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
