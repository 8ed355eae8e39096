import type { Context } from "hono";
import * as z from "zod";
import type { WriteLog } from "../../observability/log.ts";
import { type ApiSettings, mayRead } from "../context.ts";
import type { GraphqlPorts } from "../graphql/read-model.ts";
import type { FieldError } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

const MAX_BYTES = 64 * 1024;
const RETRY_AFTER_SECONDS = "10";
const RESPONSE_TYPE = "application/graphql-response+json";

const GraphqlBody = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

export type GraphqlRoutePorts = GraphqlPorts & {
  settings: Pick<ApiSettings, "publicRead" | "cursorKey">;
  log: WriteLog;
};

const GraphqlAnswer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.looseObject({ message: z.string() })).optional(),
});

/**
 * POST /graphql: the read model of the REST routes, by GraphQL over HTTP. Its errors have the form
 * of that specification.
 */
export const graphqlRoutes = (ports: GraphqlRoutePorts): ApiRoute[] => [
  route({
    method: "POST",
    path: "/graphql",
    access: "feed",
    tenants: "own",
    tag: "live",
    operationId: "queryGraphql",
    heavy: true,
    effect: "none",
    summary:
      "The same read model by GraphQL: events, signals with explain, posts, evidence, " +
      "deliveries. Introspection is on.",
    body: GraphqlBody,
    maxBytes: MAX_BYTES,
    answer: GraphqlAnswer,
    status: 200,
    others: { 400: GraphqlAnswer, 413: GraphqlAnswer, 415: GraphqlAnswer, 503: GraphqlAnswer },
    example: { body: { query: "{ signals(limit: 5) { items { event_key score } next_cursor } }" } },
    async refuse(context, response) {
      const { status, detail, errors } = (await response.json()) as RefusedBody;
      return status === 422
        ? reply(context, 400, failed(...(errors ?? []).map(sentence)))
        : reply(context, status, failed(detail));
    },
    async handle({ body, context, tenant }) {
      // Loaded with the first query: most isolates never answer one.
      const [{ answerGraphql: answer }, { readModel }] = await Promise.all([
        import("../graphql/answer.ts"),
        import("../graphql/read-model.ts"),
      ]);
      const operations = mayRead("operations", context.get("caller"), ports.settings.publicRead);
      const root = readModel(ports, { operations, tenant });
      const { kind, result } = await answer(body, root, ports.log);
      if (kind === "unavailable")
        return reply(context, 503, result, { "Retry-After": RETRY_AFTER_SECONDS });
      return reply(context, kind === "refused" && asksForStatus(context) ? 400 : 200, result);
    },
  }),
];

type RefusedBody = { status: number; detail: string; errors?: FieldError[] };
const sentence = ({ path, message }: FieldError): string => `${path || "the body"} ${message}`;

const failed = (...messages: string[]) => ({ errors: messages.map((message) => ({ message })) });

/**
 * Clients that know the type of the specification get a status that tells; for older ones an answer
 * is a 200 with its errors inside.
 */
const asksForStatus = (c: Context): boolean =>
  (c.req.header("Accept") ?? "").includes(RESPONSE_TYPE);

const reply = (
  c: Context,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Response =>
  new Response(JSON.stringify(value), {
    status,
    headers: {
      "Content-Type": asksForStatus(c) ? RESPONSE_TYPE : "application/json",
      "Cache-Control": "private, no-store",
      ...headers,
    },
  });
