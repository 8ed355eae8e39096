import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { StoreUnavailable } from "../store/index.ts";
import { type ApiCaller, identifyCaller, type KeyPorts } from "./caller.ts";
import type { PublicRead, RateAllowance } from "./ports.ts";
import { problem } from "./problem.ts";

export const SCOPES = ["read", "ingest", "write", "admin"] as const;
export type ApiScope = (typeof SCOPES)[number];

/**
 * open: anyone. feed, operations: anyone where the settings say so, else scope read. self: the
 * handler asks. The rest: that scope.
 */
type Need = "open" | "feed" | "operations" | "self" | ApiScope;

/** Who may call what. A route that is missing here is refused to all, and a test says so. */
export const ACCESS: Readonly<Record<string, Need>> = {
  "GET /healthz": "open",
  "GET /readyz": "open",
  "GET /openapi.json": "open",
  "GET /events": "feed",
  "GET /events/:eventKey": "feed",
  "GET /signals": "feed",
  "GET /signals/:eventKey": "feed",
  "GET /signals/:eventKey/explain": "feed",
  "GET /posts/:source/:id": "feed",
  "GET /overview": "feed",
  "GET /analytics": "feed",
  "GET /analytics/:query": "feed",
  "GET /stream": "feed",
  "POST /graphql": "feed",
  "GET /metrics": "operations",
  "GET /rules": "operations",
  "GET /rules/versions": "operations",
  "GET /rules/versions/:sha": "operations",
  "POST /rules/eval": "operations",
  "GET /audit": "operations",
  "GET /outbox": "operations",
  "GET /dead-letters": "operations",
  "GET /sources": "operations",
  "GET /providers": "operations",
  "GET /dials": "operations",
  "GET /channels": "operations",
  "POST /channels/preview": "operations",
  "POST /ingest": "ingest",
  "POST /ingest/:source": "self",
  "PUT /rules": "write",
  "POST /rules/rollback": "write",
  "POST /rules/backtest": "write",
  "PUT /lists/:name": "write",
  "POST /channels": "write",
  "PATCH /channels/:id": "write",
  "DELETE /channels/:id": "write",
  "POST /channels/:id/test": "write",
  "POST /outbox/:id/retry": "write",
  "POST /dead-letters/replay": "write",
  "POST /triggers/:source": "admin",
  "POST /providers/:name/reset": "admin",
  "PUT /dials/:name": "admin",
  "DELETE /dials/:name": "admin",
  "GET /keys": "admin",
  "POST /keys": "admin",
  "DELETE /keys/:id": "admin",
};

export type ApiEnv = { Variables: { caller: ApiCaller } };

type AccessPorts = KeyPorts & {
  limit(keyId: string, perMinute: number): Promise<RateAllowance>;
  settings: { publicRead: PublicRead; adminKey: string | null };
};

/**
 * Answers 401, 403 and 429 before a handler runs; hands the caller on in `caller`. Paths and
 * methods without a route pass on to 404 and 405.
 */
export function requireScope(ports: AccessPorts): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const route = matchedRoutes(context).findLast(({ method }) => method !== "ALL");
    if (route === undefined) return next();
    const need = ACCESS[`${route.method} ${route.path}`];
    const caller = await identifyCaller(context.req.header("Authorization"), ports).catch(
      (error: unknown): ApiCaller => {
        // /healthz has to say that the database is out also to someone whose key stands in it.
        if (need === "open" && error instanceof StoreUnavailable) return { kind: "nobody" };
        throw error;
      },
    );
    context.set("caller", caller);
    const refusal = refuse(need, caller, ports.settings.publicRead);
    if (refusal !== undefined) return refusal;
    return caller.kind === "key" && caller.limitPerMinute !== null
      ? paced(context, next, caller.limitPerMinute, ports)
      : next();
  };
}

const PUBLIC: Record<PublicRead, readonly Need[]> = {
  none: ["open"],
  feed: ["open", "feed"],
  operations: ["open", "feed", "operations"],
};

/**
 * A key that is wrong, expired or revoked is refused everywhere: silence would hide the mistake.
 */
function refuse(
  need: Need | undefined,
  caller: ApiCaller,
  publicRead: PublicRead,
): Response | undefined {
  if (caller.kind === "refused") return unauthorized(caller.why);
  if (need === undefined) return problem(403, "No access is defined for this route.");
  if (need === "self" || PUBLIC[publicRead].includes(need)) return undefined;
  const scope = need === "feed" || need === "operations" || need === "open" ? "read" : need;
  if (caller.kind === "nobody")
    return unauthorized(`This asks for a key with the scope ${scope}: Authorization: Bearer KEY.`);
  return scopeAllows(caller, scope)
    ? undefined
    : problem(403, `The key ${caller.id} does not have the scope ${scope}.`);
}

/** Whether a caller may read what a route of that need shows. */
export const mayRead = (
  need: "feed" | "operations",
  caller: ApiCaller,
  publicRead: PublicRead,
): boolean => PUBLIC[publicRead].includes(need) || scopeAllows(caller, "read");

/** The id of the caller's key, for what is kept about a change: who it was. */
export const keyIdOf = (caller: ApiCaller): string =>
  caller.kind === "key" ? caller.id : "unknown";

export const scopeAllows = (caller: ApiCaller, scope: ApiScope): boolean =>
  caller.kind === "key" && (caller.scopes.includes(scope) || caller.scopes.includes("admin"));

const unauthorized = (detail: string): Response =>
  problem(401, detail, { headers: { "WWW-Authenticate": "Bearer" } });

async function paced(
  context: Context<ApiEnv>,
  next: () => Promise<void>,
  perMinute: number,
  ports: AccessPorts,
) {
  const caller = context.get("caller");
  if (caller.kind !== "key") return next();
  const { allowed, limit, remaining, resetSeconds } = await ports.limit(caller.id, perMinute);
  const headers = {
    "RateLimit-Policy": `"key";q=${limit};w=60`,
    RateLimit: `"key";r=${remaining};t=${resetSeconds}`,
  };
  if (!allowed) {
    return problem(
      429,
      `The key ${caller.id} may send ${limit} requests a minute; try again in ${resetSeconds} s.`,
      {
        headers: { ...headers, "Retry-After": String(resetSeconds) },
      },
    );
  }
  await next();
  for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
}
