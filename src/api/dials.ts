import { Hono } from "hono";
import * as z from "zod";
import type { ApiEnv } from "./access.ts";
import { jsonBody } from "./body.ts";
import { fieldErrors, problem } from "./problem.ts";
import { jsonReply, readReply } from "./reply.ts";

export type DialAnswer = { status: number; json: unknown };

/**
 * The stand-ins for outside services on a developer's machine, whose faults can be turned up. Null:
 * real services, and nothing to turn.
 */
export type DialsPort = {
  ask(method: "GET" | "PUT" | "DELETE", name: string, dial?: unknown): Promise<DialAnswer>;
} | null;

/** Which faults there are, the stand-ins know. */
export const DialInput = z.object({
  fault: z.union([z.string(), z.array(z.string()).min(1)]),
  rate: z.number().min(0).max(1).optional(),
  ms: z.number().nonnegative().max(60_000).optional(),
  header_style: z.string().optional(),
  retry_after_seconds: z.number().nonnegative().optional(),
});

const Refusal = z.object({ error: z.string() });
const MAX_BYTES = 4_096;

function refused({ status, json }: DialAnswer): Response {
  const said = Refusal.safeParse(json).data?.error;
  return said === undefined
    ? problem(503, "The stand-ins do not answer.")
    : problem(status === 404 ? 404 : 422, said);
}

/** How each service fails: for tests, and for those who want to watch the product bear it. */
export function dialRoutes(dials: DialsPort): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const none = () => problem(404, "Faults can be turned up in the local stack alone (npm start).");

  app.get("/dials", async (c) => {
    if (dials === null) return none();
    const answer = await dials.ask("GET", "");
    return answer.status === 200 ? readReply(c, answer.json) : refused(answer);
  });

  app.put("/dials/:name", async (c) => {
    if (dials === null) return none();
    const body = await jsonBody(c.req.raw, MAX_BYTES);
    if (body.kind === "refused") return body.response;
    const read = DialInput.safeParse(body.value);
    if (!read.success)
      return problem(422, "The dial cannot be turned like this.", {
        errors: fieldErrors(read.error),
      });
    const {
      header_style: headerStyle,
      retry_after_seconds: retryAfterSeconds,
      ...rest
    } = read.data;
    const answer = await dials.ask("PUT", c.req.param("name"), {
      ...rest,
      headerStyle,
      retryAfterSeconds,
    });
    return answer.status === 200 ? jsonReply(200, answer.json) : refused(answer);
  });

  app.delete("/dials/:name", async (c) => {
    if (dials === null) return none();
    const answer = await dials.ask("DELETE", c.req.param("name"));
    return answer.status === 200 ? new Response(null, { status: 204 }) : refused(answer);
  });

  return app;
}
