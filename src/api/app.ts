import { Hono, type MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import * as z from "zod";
import { StoreUnavailable } from "../store/index.ts";
import { ACCESS, type ApiEnv, requireScope } from "./access.ts";
import { channelRoutes } from "./channels.ts";
import { deadLetterRoutes } from "./dead-letters.ts";
import { dialRoutes } from "./dials.ts";
import { feedRoutes } from "./feed.ts";
import { graphqlRoutes } from "./graphql.ts";
import { ingestRoutes } from "./ingest.ts";
import { keyRoutes } from "./keys.ts";
import { listRoutes } from "./lists.ts";
import { openapiRoutes } from "./openapi.ts";
import { analyticsRoutes, operationsRoutes } from "./operations.ts";
import { OPERATIONS } from "./operations-table.ts";
import { outboxRoutes } from "./outbox.ts";
import type { ApiPorts } from "./ports.ts";
import { problem, unavailableProblem } from "./problem.ts";
import { readQuery } from "./query.ts";
import { rulesRoutes } from "./rules.ts";
import { sourcesRoutes } from "./sources.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const RETRY_AFTER_SECONDS = 10;

/** The whole HTTP interface over its ports: no platform, no clock and no settings of its own. */
export function apiApp(ports: ApiPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.use(finish(ports));
  app.use(requireScope(ports));
  app.use(plain);

  app.route("/", feedRoutes(ports));
  app.route("/", graphqlRoutes(ports));
  app.route("/", ingestRoutes(ports));
  app.route("/", operationsRoutes(ports));
  app.route("/", analyticsRoutes(ports));
  app.route("/", keyRoutes(ports));
  app.route("/", rulesRoutes(ports.rules));
  app.route("/", listRoutes(ports));
  app.route("/", sourcesRoutes(ports.sources));
  app.route("/", dialRoutes(ports.dials));
  app.route("/", channelRoutes(ports.channels));
  app.route("/", outboxRoutes(ports.outbox));
  app.route("/", deadLetterRoutes(ports.deadLetters));
  app.route("/", openapiRoutes(ports.settings));

  app.notFound((c) => {
    const allowed = METHODS.filter((method) =>
      app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
    );
    if (allowed.length === 0)
      return problem(404, `There is nothing at ${c.req.path.slice(0, 200)}; see /docs.`);
    const allow = [...allowed, ...(allowed.includes("GET") ? ["HEAD"] : [])].join(", ");
    return problem(405, `${c.req.method} is not possible here. This address takes ${allow}.`, {
      headers: { Allow: allow },
    });
  });

  app.onError((error) => {
    if (error instanceof StoreUnavailable) return unavailableProblem(RETRY_AFTER_SECONDS);
    ports.log({ stage: "api", level: "error", outcome: "failed", reason: String(error) });
    return problem(500, "This should not have happened; the log has the reason.");
  });

  return app;
}

const NOTHING = z.object({});

/**
 * A public read that takes no parameters refuses them: each spelling would be an answer of its own
 * to every cache.
 */
const plain: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
  const key = `${route?.method} ${route?.path}`;
  if (route?.method !== "GET" || ACCESS[key] !== "feed" || OPERATIONS[key]?.query !== undefined)
    return next();
  const read = readQuery(c.req.url, NOTHING);
  return read.kind === "refused" ? read.response : next();
};

const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
};
/**
 * Any page may read what is public; no page may send with credentials, since keys travel in a
 * header that it would have to know.
 */
const READERS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "ETag, Retry-After, RateLimit, RateLimit-Policy",
};
const PREFLIGHT = {
  ...READERS,
  "Access-Control-Allow-Methods": "GET, HEAD",
  "Access-Control-Allow-Headers": "Authorization, If-None-Match, Last-Event-ID",
  "Access-Control-Max-Age": "86400",
};

/** CloudEvents: a sender asks before it sends. Any may; each still needs a key or a signature. */
const HANDSHAKE = { Allow: "POST", "WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "*" };

/** The first to see a request and the last to see its answer. */
function finish({
  now,
  telemetry,
}: Pick<ApiPorts, "now" | "telemetry">): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    if (c.req.method === "OPTIONS") {
      const webhook = c.req.header("WebHook-Request-Origin") !== undefined;
      return new Response(null, { status: 204, headers: webhook ? HANDSHAKE : PREFLIGHT });
    }
    if (c.req.url.includes("%00")) return problem(400, "The address holds a NUL character.");
    const started = now();
    await next();
    if (c.res.status === 101) return;
    const reads = c.req.method === "GET" || c.req.method === "HEAD";
    for (const [name, value] of Object.entries(reads ? { ...HEADERS, ...READERS } : HEADERS))
      c.header(name, value);
    const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL")?.path ?? "none";
    telemetry.observe("http_request_ms", { route, status: String(c.res.status) }, now() - started);
  };
}
