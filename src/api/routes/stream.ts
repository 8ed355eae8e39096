import * as z from "zod";
import { type ApiSettings, mayRead } from "../context.ts";
import { LiveQuery } from "../query.ts";
import { type ApiRoute, route } from "../route.ts";

export type StreamPorts = {
  settings: Pick<ApiSettings, "publicRead">;
  /**
   * WebSocket or Server-Sent Events, by what the request asks for. `operations`: the caller hears
   * of deliveries too.
   */
  stream(request: Request, operations: boolean): Promise<Response>;
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
      "or ?after=. Deliveries are told to the scope operations.",
    query: LiveQuery,
    answer: z.string(),
    answerType: "text/event-stream",
    status: 200,
    example: { query: { min_score: "10" }, headers: { Accept: "text/event-stream" } },
    handle({ context }) {
      const operations = mayRead("operations", context.get("caller"), ports.settings.publicRead);
      return ports.stream(context.req.raw, operations);
    },
  }),
];
