import type { Context, MiddlewareHandler } from "hono";
import { networkOf } from "../kit/network.ts";
import { iso } from "../kit/time.ts";
import { DEFAULT_TENANT, type TenantQuota } from "../model/tenant.ts";
import { StoreUnavailable } from "../store/index.ts";
import { type ApiCaller, identifyCaller, type KeyCaller, type KeyPorts } from "./caller.ts";
import {
  type ApiEnv,
  type ApiSettings,
  PUBLIC_ACCESS,
  type PublicRead,
  type RouteAccess,
  type RouteTenants,
  requiredScope,
  scopeAllows,
  tenantOf,
} from "./context.ts";
import type { FailedKeys } from "./failed-keys.ts";
import { problem } from "./problem.ts";
import {
  ADDRESS_PER_MINUTE,
  HEAVY_PER_MINUTE,
  KEY_PER_MINUTE,
  type RateAllowance,
  type RateLimiter,
  type RatePolicy,
  rateLimitHeaders,
} from "./rate-limit.ts";

/** A ticket lets a browser do once what its key may, where it can send no header. */
export type TicketPorts = {
  issue(caller: KeyCaller): Promise<string>;
  /** Null: unknown, used or expired. */
  redeem(ticket: string): Promise<KeyCaller | null>;
};

export type AccessPorts = KeyPorts & {
  /** Those of a tenant other than the default one; they may be some seconds old. */
  quotas(tenant: string): Promise<TenantQuota>;
  failedKeys: FailedKeys;
  limiter: RateLimiter;
  tickets: TicketPorts;
  /** A key of the store was shown and is good. Never throws, and nobody waits for it. */
  keyUsed(keyId: string): void;
  settings: Pick<ApiSettings, "publicRead" | "adminKey" | "keyPepper">;
};

/** What access control asks of a route's declaration. */
export type GuardedRoute = {
  access: RouteAccess;
  tenants?: RouteTenants;
  operationId: string;
  heavy?: true;
  ticketed?: true;
};

/** Answers 401, 403 and 429 before a handler runs; sets `caller` in the context. */
export function requireAccess(route: GuardedRoute, ports: AccessPorts): MiddlewareHandler<ApiEnv> {
  const { access } = route;
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
    const ticket = route.ticketed === true ? context.req.query("ticket") : undefined;
    const caller = await identified(context.req.header("Authorization"), ticket, ports).catch(
      (error: unknown): ApiCaller => {
        // /healthz has to answer while the database that holds the caller's key is out.
        if (access === "open" && error instanceof StoreUnavailable) return { kind: "nobody" };
        throw error;
      },
    );
    context.set("caller", caller);
    if (caller.kind === "refused" && address !== undefined) ports.failedKeys.failed(address);
    if (caller.kind === "key") ports.keyUsed(caller.id);
    const refusal =
      refuse(access, caller, ports.settings.publicRead) ?? refuseTenant(route, caller);
    if (refusal !== undefined) return refusal;
    const policies = [
      ...(await tenantPolicies(caller, ports)),
      ...policiesOf(route, caller, address),
    ];
    return limited(context, next, policies, ports);
  };
}

async function identified(
  authorization: string | undefined,
  ticket: string | undefined,
  ports: AccessPorts,
): Promise<ApiCaller> {
  if (authorization !== undefined || ticket === undefined)
    return identifyCaller(authorization, ports);
  const redeemed = await ports.tickets.redeem(ticket);
  return redeemed ?? { kind: "refused", why: "This ticket is unknown, used or expired." };
}

type AppliedPolicy = RatePolicy & { own?: true };

/** All keys of a tenant together have its quota. */
async function tenantPolicies(
  caller: ApiCaller,
  { quotas }: Pick<AccessPorts, "quotas">,
): Promise<AppliedPolicy[]> {
  const tenant = tenantOf(caller);
  if (tenant === DEFAULT_TENANT) return [];
  const { requestsPerMinute } = await quotas(tenant);
  return requestsPerMinute === undefined
    ? []
    : [{ name: "tenant", perMinute: requestsPerMinute, key: `tenant ${tenant}`, own: true }];
}

/** The limits of a request: its key's or its address's, and the route's where that is heavy. */
function policiesOf(
  { heavy, operationId }: GuardedRoute,
  caller: ApiCaller,
  address: string | undefined,
): AppliedPolicy[] {
  const network = address === undefined ? undefined : networkOf(address);
  const who = caller.kind === "key" ? caller.id : network;
  // Without an address there is no network before this Worker, and nobody to tell apart.
  if (who === undefined) return [];
  const own = caller.kind === "key" ? caller.limitPerMinute : null;
  const general: AppliedPolicy =
    caller.kind !== "key"
      ? { name: "address", perMinute: ADDRESS_PER_MINUTE, key: who }
      : own === null
        ? { name: "key", perMinute: KEY_PER_MINUTE, key: who }
        : { name: "key", perMinute: own, key: who, own: true };
  if (heavy === undefined) return [general];
  return [general, { name: "route", perMinute: HEAVY_PER_MINUTE, key: `${operationId} ${who}` }];
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

/** What is no tenant's is for the operators, whose tenant is the default one. */
function refuseTenant({ tenants }: GuardedRoute, caller: ApiCaller): Response | undefined {
  const tenant = tenantOf(caller);
  return tenants !== undefined || tenant === DEFAULT_TENANT
    ? undefined
    : problem(403, `Keys of the tenant ${tenant} cannot do this; it is for the operators.`);
}

const unauthorized = (detail: string): Response =>
  problem(401, detail, { headers: { "WWW-Authenticate": "Bearer" } });

async function limited(
  context: Context<ApiEnv>,
  next: () => Promise<void>,
  policies: readonly AppliedPolicy[],
  { limiter, now }: AccessPorts,
) {
  const taken: { policy: RatePolicy; allowance: RateAllowance }[] = [];
  for (const policy of policies) {
    const allowance = await limiter.take(policy, policy.own === true);
    if (allowance === null) continue;
    taken.push({ policy, allowance });
    if (!allowance.allowed) break;
  }
  const headers = rateLimitHeaders(taken);
  const spent = taken.find(({ allowance }) => !allowance.allowed);
  if (spent !== undefined) {
    const { limit, resetSeconds } = spent.allowance;
    const quota = {
      ...{ name: "requests_per_minute", limit, used: null },
      resetsAt: iso(now() + 1000 * resetSeconds),
    };
    return problem(
      429,
      `${saidOf(spent.policy, context.get("caller"))} may send ${limit} requests a minute; ` +
        `try again in ${resetSeconds} s.`,
      {
        headers: { ...headers, "Retry-After": String(resetSeconds) },
        ...(spent.policy.name === "tenant" && { quota }),
      },
    );
  }
  context.set("rateLimit", headers);
  await next();
}

function saidOf({ name }: RatePolicy, caller: ApiCaller): string {
  if (name === "tenant") return `The tenant ${tenantOf(caller)}`;
  const who = caller.kind === "key" ? `The key ${caller.id}` : "This address";
  return name === "route" ? `${who}, to this route,` : who;
}
