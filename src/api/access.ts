import type { Context, MiddlewareHandler } from "hono";
import { StoreUnavailable } from "../store/index.ts";
import { type ApiCaller, identifyCaller, type KeyPorts } from "./caller.ts";
import {
  type ApiEnv,
  type ApiSettings,
  PUBLIC_ACCESS,
  type PublicRead,
  type RateAllowance,
  type RouteAccess,
  requiredScope,
  scopeAllows,
} from "./context.ts";
import type { FailedKeys } from "./failed-keys.ts";
import { problem } from "./problem.ts";

export type AccessPorts = KeyPorts & {
  failedKeys: FailedKeys;
  limit(keyId: string, perMinute: number): Promise<RateAllowance>;
  /** A key of the store was shown and is good. Never throws, and nobody waits for it. */
  keyUsed(keyId: string): void;
  settings: Pick<ApiSettings, "publicRead" | "adminKey">;
};

/** Answers 401, 403 and 429 before a handler runs; sets `caller` in the context. */
export function requireAccess(access: RouteAccess, ports: AccessPorts): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const address = context.req.header("CF-Connecting-IP");
    const wait =
      address !== undefined && context.req.header("Authorization") !== undefined
        ? ports.failedKeys.waitOf(address)
        : null;
    if (wait !== null)
      return problem(429, `Too many wrong keys came from here; try again in ${wait} s.`, {
        headers: { "Retry-After": String(wait) },
      });
    const caller = await identifyCaller(context.req.header("Authorization"), ports).catch(
      (error: unknown): ApiCaller => {
        // /healthz has to answer while the database that holds the caller's key is out.
        if (access === "open" && error instanceof StoreUnavailable) return { kind: "nobody" };
        throw error;
      },
    );
    context.set("caller", caller);
    if (caller.kind === "refused" && address !== undefined) ports.failedKeys.failed(address);
    if (caller.kind === "key") ports.keyUsed(caller.id);
    const refusal = refuse(access, caller, ports.settings.publicRead);
    if (refusal !== undefined) return refusal;
    return caller.kind === "key" && caller.limitPerMinute !== null
      ? limited(context, next, caller.limitPerMinute, ports)
      : next();
  };
}

/**
 * A key that is wrong, expired or revoked is refused everywhere: silence would hide the mistake.
 */
function refuse(
  access: RouteAccess,
  caller: ApiCaller,
  publicRead: PublicRead,
): Response | undefined {
  if (caller.kind === "refused") return unauthorized(caller.why);
  if (access === "self" || PUBLIC_ACCESS[publicRead].includes(access)) return undefined;
  const scope = requiredScope(access);
  if (caller.kind === "nobody")
    return unauthorized(`This asks for a key with the scope ${scope}: Authorization: Bearer KEY.`);
  return scopeAllows(caller, scope)
    ? undefined
    : problem(403, `The key ${caller.id} does not have the scope ${scope}.`);
}

const unauthorized = (detail: string): Response =>
  problem(401, detail, { headers: { "WWW-Authenticate": "Bearer" } });

async function limited(
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
