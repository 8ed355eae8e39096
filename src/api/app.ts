import { type Context, Hono, type MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { WriteLog } from "../observability/log.ts";
import type { Telemetry } from "../observability/telemetry.ts";
import { StoreUnavailable } from "../store/index.ts";
import { QuotaReached } from "../store/quotas.ts";
import { type AccessPorts, requireAccess } from "./access.ts";
import type { ApiEnv, ApiSettings } from "./context.ts";
import { openapiRoutes } from "./openapi.ts";
import { problem, unavailableProblem } from "./problem.ts";
import { quotaProblem } from "./quota.ts";
import { SHARED_HEADERS } from "./reply.ts";
import type { ApiRoute, RespondPorts } from "./route.ts";
import { type AlertRoutePorts, alertRoutes } from "./routes/alerts.ts";
import { type AnalyticsPorts, analyticsRoutes } from "./routes/analytics.ts";
import { type ArchiveRoutePorts, archiveRoutes } from "./routes/archive.ts";
import { type AuditPorts, auditRoutes } from "./routes/audit.ts";
import { type AuditLogPorts, auditLogRoutes } from "./routes/audit-log.ts";
import type { ChannelAdminPorts } from "./routes/channel-ports.ts";
import { channelRoutes } from "./routes/channels.ts";
import { type DeadLetterPorts, deadLetterRoutes } from "./routes/dead-letters.ts";
import { type EventReadPorts, eventRoutes } from "./routes/events.ts";
import { type FaultRoutePorts, faultRoutes } from "./routes/faults.ts";
import { type GraphqlRoutePorts, graphqlRoutes } from "./routes/graphql.ts";
import { type HealthPorts, healthRoutes } from "./routes/health.ts";
import { historyRoutes, type SignalHistoryPorts } from "./routes/history.ts";
import { type IngestPorts, ingestRoutes } from "./routes/ingest.ts";
import { type KeyAdminPorts, keyRoutes } from "./routes/keys.ts";
import { type ListPorts, listRoutes } from "./routes/lists.ts";
import { type McpPorts, mcpRoutes } from "./routes/mcp.ts";
import { muteRoutes } from "./routes/mutes.ts";
import { type OutboxPorts, outboxRoutes } from "./routes/outbox.ts";
import { type PostHistoryPorts, postRoutes } from "./routes/posts.ts";
import { type QuotaPorts, quotaRoutes } from "./routes/quotas.ts";
import { type RoutingPorts, routingRoutes } from "./routes/routing.ts";
import { type RulesPorts, rulesRoutes } from "./routes/rules.ts";
import { type SignalPorts, signalRoutes } from "./routes/signals.ts";
import { sourceRoutes, type TriggerPorts } from "./routes/sources.ts";
import { type StreamPorts, streamRoutes } from "./routes/stream.ts";
import { type TelegramRoutePorts, telegramRoutes } from "./routes/telegram.ts";
import { type TenantPorts, tenantRoutes } from "./routes/tenants.ts";

/** Everything that the HTTP interface asks for: the ports of each group of routes. */
export type ApiPorts = AccessPorts &
  AlertRoutePorts &
  AnalyticsPorts &
  AuditPorts &
  AuditLogPorts &
  ArchiveRoutePorts &
  EventReadPorts &
  FaultRoutePorts &
  GraphqlRoutePorts &
  HealthPorts &
  IngestPorts &
  KeyAdminPorts &
  ListPorts &
  McpPorts &
  PostHistoryPorts &
  QuotaPorts &
  RespondPorts &
  SignalHistoryPorts &
  SignalPorts &
  StreamPorts &
  TenantPorts &
  TriggerPorts & {
    settings: ApiSettings;
    /** Names a request that came without a name of its own. */
    requestId(): string;
    log: WriteLog;
    telemetry: Telemetry;
    rules: RulesPorts;
    routing: RoutingPorts;
    telegram: TelegramRoutePorts;
    channels: ChannelAdminPorts;
    outbox: OutboxPorts;
    deadLetters: DeadLetterPorts;
  };

/**
 * Every route, as declared. GET /openapi.json describes them all; POST /mcp calls some of them by
 * `dispatch`.
 */
export function apiRoutes(
  ports: ApiPorts,
  dispatch: (request: Request) => Promise<Response> = NOWHERE,
): ApiRoute[] {
  const routes = [
    ...eventRoutes(ports),
    ...signalRoutes(ports),
    ...historyRoutes(ports),
    ...postRoutes(ports),
    ...analyticsRoutes(ports),
    ...auditRoutes(ports),
    ...auditLogRoutes(ports),
    ...archiveRoutes(ports),
    ...streamRoutes(ports),
    ...graphqlRoutes(ports),
    ...ingestRoutes(ports),
    ...sourceRoutes(ports),
    ...rulesRoutes(ports),
    ...listRoutes(ports),
    ...routingRoutes(ports),
    ...channelRoutes(ports.channels),
    ...muteRoutes({ ...ports.channels, isStream: ports.channels.catalogue.isStream }),
    ...telegramRoutes(ports),
    ...outboxRoutes(ports.outbox),
    ...deadLetterRoutes(ports.deadLetters),
    ...keyRoutes(ports),
    ...tenantRoutes(ports),
    ...quotaRoutes(ports),
    ...faultRoutes(ports),
    ...alertRoutes(ports),
    ...healthRoutes(ports),
  ];
  const all = [...routes, ...mcpRoutes(ports, routes, dispatch)];
  return [...all, ...openapiRoutes(ports.settings.version, all)];
}

const NOWHERE = () => Promise.reject(new Error("these routes are only described"));

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const RETRY_AFTER_SECONDS = 10;

/** The whole HTTP interface over its ports: no platform, no clock and no settings of its own. */
export function apiApp(ports: ApiPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.use(finish(ports));
  for (const route of apiRoutes(ports, async (request) => app.fetch(request))) {
    const { method, path, respond } = route;
    app.on(method, path, requireAccess(route, ports), (context) => respond(context, ports));
  }

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
    if (error instanceof StoreUnavailable)
      return unavailableProblem(RETRY_AFTER_SECONDS, error.isBehind);
    if (error instanceof QuotaReached) return quotaProblem(error);
    ports.log({ stage: "api", level: "error", outcome: "failed", reason: String(error) });
    return problem(500, "This should not have happened; the log has the reason.");
  });

  return app;
}

const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
};
const HSTS = "max-age=31536000; includeSubDomains";
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

const OF_CHANGES = Object.entries(HEADERS);
const OF_READS = Object.entries({ ...HEADERS, ...READERS });

/** CloudEvents: a sender asks before it sends. Any may; each still needs a key or a signature. */
const HANDSHAKE = { Allow: "POST", "WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": "*" };

/** The first to see a request and the last to see its answer. */
function finish({
  now,
  telemetry,
  requestId,
  settings,
}: Pick<ApiPorts, "now" | "telemetry" | "requestId" | "settings">): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const id = namedRequest(c.req.raw.headers) ?? requestId();
    c.set("requestId", id);
    if (c.req.method === "OPTIONS") {
      const webhook = c.req.header("WebHook-Request-Origin") !== undefined;
      return new Response(null, { status: 204, headers: webhook ? HANDSHAKE : PREFLIGHT });
    }
    if (c.req.url.includes("%00")) return problem(400, "The address holds a NUL character.");
    const started = now();
    await next();
    if (c.res.status === 101) return;
    amend(c, (headers) => {
      const reads = c.req.method === "GET" || c.req.method === "HEAD";
      for (const [name, value] of reads ? OF_READS : OF_CHANGES) headers.set(name, value);
      for (const [name, value] of Object.entries(c.get("rateLimit") ?? {}))
        headers.set(name, value);
      headers.set("X-Request-Id", id);
      if (!settings.cacheReads) for (const name of SHARED_HEADERS) headers.delete(name);
      fitForCaches(headers);
      if (c.req.url.startsWith("https:")) headers.set("Strict-Transport-Security", HSTS);
    });
    const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL")?.path ?? "none";
    telemetry.observe("http_request_ms", { route, status: String(c.res.status) }, now() - started);
  };
}

/** What is about the request that an answer was made for, not about the answer. */
const OF_ONE_CALLER = ["RateLimit", "RateLimit-Policy", "X-Request-Id"];

/**
 * An answer that is silent about caches would be kept for hours (RFC 9111, 4.2.2), and one that is
 * kept says nothing of the caller that it was made for.
 */
function fitForCaches(headers: Headers): void {
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  if (headers.has("CDN-Cache-Control")) for (const name of OF_ONE_CALLER) headers.delete(name);
}

/** An answer of another service, whose headers are locked, is copied. */
function amend(c: Context<ApiEnv>, change: (headers: Headers) => void): void {
  try {
    change(c.res.headers);
  } catch {
    const answer = new Response(c.res.body, c.res);
    change(answer.headers);
    // What is set over another answer takes that one's headers.
    c.res = undefined;
    c.res = answer;
  }
}

/** The name that the platform or the caller gave a request. */
const namedRequest = (headers: Headers): string | undefined =>
  [headers.get("CF-Ray"), headers.get("X-Request-Id")].find(
    (name) => name !== null && /^[\w.:-]{1,100}$/.test(name),
  ) ?? undefined;
