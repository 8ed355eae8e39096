import * as z from "zod";
import type { PostStore } from "../../store/posts.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type PostHistoryPorts = { store: Pick<PostStore, "post"> };

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

export const postRoutes = ({ store }: PostHistoryPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/posts/:source/:id",
    access: "feed",
    tag: "feed",
    operationId: "getPost",
    summary: "What became of a post: each stage's outcome, time and reason.",
    params: z.object({ source: z.string(), id: z.string() }),
    answer: History,
    status: 200,
    example: { params: { source: "x", id: "1" } },
    async handle({ params: { source, id } }) {
      const history = await store.post(source, id);
      return history ?? problem(404, `No post ${source.slice(0, 60)}:${id.slice(0, 200)} came in.`);
    },
  }),
];
