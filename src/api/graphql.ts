import { type Context, Hono } from "hono";
import * as z from "zod";
import { type ApiEnv, mayRead } from "./access.ts";
import { jsonBody } from "./body.ts";
import type { GraphqlPorts } from "./graphql/read-model.ts";
import type { ApiPorts } from "./ports.ts";
import { fieldErrors } from "./problem.ts";

const MAX_BYTES = 64 * 1024;
const RETRY_AFTER_SECONDS = "10";
const RESPONSE_TYPE = "application/graphql-response+json";

export const GraphqlBody = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/**
 * POST /graphql: the read model of the REST routes, by GraphQL over HTTP. Its errors have the form
 * of that specification.
 */
export function graphqlRoutes(
  ports: GraphqlPorts & Pick<ApiPorts, "settings" | "log">,
): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.post("/graphql", async (c) => {
    const body = await jsonBody(c.req.raw, MAX_BYTES);
    if (body.kind === "refused")
      return reply(
        c,
        body.response.status,
        failed(((await body.response.json()) as { detail: string }).detail),
      );
    const request = GraphqlBody.safeParse(body.value);
    if (!request.success)
      return reply(
        c,
        400,
        failed(
          ...fieldErrors(request.error).map(
            ({ path, message }) => `${path || "the body"} ${message}`,
          ),
        ),
      );
    // Read when it is first asked for: most isolates never answer a GraphQL query.
    const [{ answerGraphql: answer }, { readModel }] = await Promise.all([
      import("./graphql/answer.ts"),
      import("./graphql/read-model.ts"),
    ]);
    const mayOperate = mayRead("operations", c.get("caller"), ports.settings.publicRead);
    const { kind, result } = await answer(request.data, readModel(ports, mayOperate), ports.log);
    if (kind === "unavailable")
      return reply(c, 503, result, { "Retry-After": RETRY_AFTER_SECONDS });
    return reply(c, kind === "refused" && asksForStatus(c) ? 400 : 200, result);
  });
  return app;
}

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
