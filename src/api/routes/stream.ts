import * as z from "zod";
import { LiveQuery } from "../query.ts";
import { type ApiRoute, route } from "../route.ts";

export type StreamPorts = {
  /** WebSocket or Server-Sent Events, by what the request asks for. */
  stream(request: Request): Promise<Response>;
};

export const streamRoutes = (ports: StreamPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/stream",
    access: "feed",
    tag: "live",
    operationId: "streamSignals",
    summary:
      "Live messages: Server-Sent Events, or a WebSocket on upgrade. Resumes from Last-Event-ID " +
      "or ?after=.",
    query: LiveQuery,
    answer: z.string(),
    answerType: "text/event-stream",
    status: 200,
    example: { query: { min_score: "10" }, headers: { Accept: "text/event-stream" } },
    handle: ({ context }) => ports.stream(context.req.raw),
  }),
];
