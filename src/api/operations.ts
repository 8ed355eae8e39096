import { Hono } from "hono";
import * as z from "zod";
import { iso } from "../kit/time.ts";
import { type ApiEnv, mayRead } from "./access.ts";
import type { ApiPorts } from "./ports.ts";
import { problem } from "./problem.ts";
import { LiveQuery, readQuery } from "./query.ts";
import { jsonReply, readReply } from "./reply.ts";
import { asTrigger, TriggerQuery } from "./sources.ts";

type OperationsPorts = Pick<
  ApiPorts,
  "settings" | "store" | "health" | "unready" | "metrics" | "trigger" | "stream" | "now"
>;

/** Health, figures, the live stream and manual polls. */
export function operationsRoutes(ports: OperationsPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get("/healthz", async (c) => {
    const { notes, ...health } = await ports.health();
    // The notes name channels and what their services answered, which GET /channels tells only
    // some.
    const told =
      notes !== undefined && mayRead("operations", c.get("caller"), ports.settings.publicRead);
    return jsonReply(
      health.status === "unhealthy" ? 503 : 200,
      told ? { ...health, notes } : health,
    );
  });

  app.get("/readyz", async () => {
    const unready = await ports.unready();
    if (unready.length === 0) return jsonReply(200, { ready: true });
    return problem(503, `Not ready yet: ${unready.join("; ")}.`, {
      headers: { "Retry-After": "2" },
    });
  });

  app.get("/metrics", async () => {
    const headers = {
      "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
      "Cache-Control": "private, no-store",
    };
    return new Response(await ports.metrics(), { headers });
  });

  app.get("/audit", async (c) => readReply(c, await ports.store.audit()));
  app.get("/overview", async (c) => readReply(c, await ports.store.overview(iso(ports.now()))));

  app.get("/stream", async (c) => {
    const read = readQuery(c.req.url, LiveQuery);
    return read.kind === "refused" ? read.response : ports.stream(c.req.raw);
  });

  app.post("/triggers/:source", async (c) => {
    const source = c.req.param("source");
    const read = readQuery(c.req.url, TriggerQuery);
    if (read.kind === "refused") return read.response;
    const triggered = await ports.trigger(source, asTrigger(read.query));
    if (triggered.kind === "started") return jsonReply(202, { source, started: true });
    if (triggered.kind === "off")
      return problem(409, `The source ${source} is off: ${triggered.reason}`);
    return problem(
      404,
      `There is no source ${JSON.stringify(source.slice(0, 60))}; there are ` +
        `${triggered.sources.join(", ")}.`,
    );
  });

  return app;
}

export const ANALYTICS = [
  "posts-per-minute",
  "outcomes",
  "signals",
  "deliveries",
  "latency",
] as const;
const Query = z.enum(ANALYTICS);

/** GET /analytics/{query}: the series of the dashboard, each as rows of equal shape. */
export function analyticsRoutes(ports: Pick<ApiPorts, "store" | "now">): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get("/analytics", (c) => readReply(c, { queries: ANALYTICS }));
  app.get("/analytics/:query", async (c) => {
    const query = Query.safeParse(c.req.param("query"));
    if (!query.success)
      return problem(404, `There is no such query; there are ${ANALYTICS.join(", ")}.`);
    return readReply(c, { query: query.data, rows: await rows(query.data, ports) });
  });
  return app;
}

async function rows(
  query: z.infer<typeof Query>,
  { store, now }: Pick<ApiPorts, "store" | "now">,
): Promise<unknown[]> {
  if (query === "latency") return [await store.latency()];
  const overview = await store.overview(iso(now()));
  const answers = {
    "posts-per-minute": overview.postsPerMinute,
    outcomes: overview.posts,
    signals: overview.signals,
    deliveries: overview.outbox,
  };
  return answers[query];
}
