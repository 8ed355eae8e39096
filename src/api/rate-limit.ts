import type { Clock } from "../kit/time.ts";

/** One limit that a request falls under. `key` says who or what is counted. */
export type RatePolicy = {
  name: "address" | "key" | "route" | "tenant";
  perMinute: number;
  key: string;
};

/** `resetSeconds` until the count begins anew. */
export type RateAllowance = {
  allowed: boolean;
  limit: number;
  remaining: number;
  resetSeconds: number;
};

/**
 * Requests a minute, of an address without a key and of a key without a limit of its own. They are
 * a floor under what is exact: wrangler.toml has the same figures, counted in each data centre.
 */
export const ADDRESS_PER_MINUTE = 600;
export const KEY_PER_MINUTE = 6_000;
/** Of one caller, for each route that costs much more than a read. */
export const HEAVY_PER_MINUTE = 60;

export type RateLimitPorts = {
  now: Clock;
  /** False: no floors, as on a developer's machine. Limits that keys have hold all the same. */
  floors: boolean;
  /** The exact count of a key's own limit, for all isolates; null: it cannot be told now. */
  exact(key: string, perMinute: number): Promise<RateAllowance | null>;
  /** The platform's count in a data centre; null: there is none. Never throws. */
  platform(policy: RatePolicy): Promise<boolean | null>;
};

export type RateLimiter = {
  /** `own`: a limit that somebody set, which is counted exactly where that is possible. */
  take(policy: RatePolicy, own: boolean): Promise<RateAllowance | null>;
};

const WINDOW_MS = 60_000;
const MAX_COUNTED = 20_000;

/**
 * Counts in the memory of an isolate, which needs no other service; asks the platform for floors
 * and Redis for a key's own limit. What is refused by any of them is refused.
 */
export function rateLimiter(ports: RateLimitPorts): RateLimiter {
  let counts = new Map<string, number>();
  let until = 0;

  function counted({ name, key, perMinute }: RatePolicy): RateAllowance {
    const now = ports.now();
    if (now >= until || counts.size >= MAX_COUNTED) {
      counts = new Map();
      until = (Math.floor(now / WINDOW_MS) + 1) * WINDOW_MS;
    }
    const id = `${name}\n${key}`;
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    return {
      allowed: count <= perMinute,
      limit: perMinute,
      remaining: Math.max(0, perMinute - count),
      resetSeconds: Math.max(1, Math.ceil((until - now) / 1000)),
    };
  }

  return {
    async take(policy, own) {
      if (own) return (await ports.exact(policy.key, policy.perMinute)) ?? counted(policy);
      if (!ports.floors) return null;
      const here = counted(policy);
      if (!here.allowed) return here;
      const allowed = (await ports.platform(policy)) ?? true;
      return allowed ? here : { ...here, allowed: false, remaining: 0 };
    },
  };
}

/** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers). */
export function rateLimitHeaders(
  taken: readonly { policy: RatePolicy; allowance: RateAllowance }[],
): Record<string, string> {
  if (taken.length === 0) return {};
  const policies = taken.map(
    ({ policy, allowance }) => `"${policy.name}";q=${allowance.limit};w=60`,
  );
  const left = taken.map(
    ({ policy, allowance: { remaining, resetSeconds } }) =>
      `"${policy.name}";r=${remaining};t=${resetSeconds}`,
  );
  return { "RateLimit-Policy": policies.join(", "), RateLimit: left.join(", ") };
}
