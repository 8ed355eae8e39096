import { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "@upstash/redis/cloudflare";
import type { RateAllowance, RateLimitPorts, RatePolicy } from "../../src/api/rate-limit.ts";

const TIMEOUT_MS = 500;

/**
 * A limit that a key or a tenant has of its own: a sliding window of a minute, kept in Redis for
 * all isolates. Null where there is no Redis, or where it does not answer in time.
 */
export function slidingWindow(client: Redis | null): RateLimitPorts["exact"] {
  return async (keyId, perMinute): Promise<RateAllowance | null> => {
    if (client === null) return null;
    const limiter = new Ratelimit({
      redis: client,
      limiter: Ratelimit.slidingWindow(perMinute, "1 m"),
      prefix: "rate:key",
      timeout: TIMEOUT_MS,
      ephemeralCache: false,
    });
    try {
      const { success, remaining, reset, reason } = await limiter.limit(keyId);
      if (reason === "timeout") return null;
      return {
        allowed: success,
        limit: perMinute,
        remaining: Math.max(0, remaining),
        resetSeconds: Math.max(1, Math.ceil((reset - Date.now()) / 1000)),
      };
    } catch {
      return null;
    }
  };
}

/** The bindings of wrangler.toml, one for each policy with a limit that is fixed there. */
export type RateBindings = {
  [Name in RatePolicy["name"]]?:
    | { limit(options: { key: string }): Promise<{ success: boolean }> }
    | undefined;
};

/** The platform's counters, each of a data centre. They answer at once and may lag a little. */
export const platformLimits =
  (bindings: RateBindings): RateLimitPorts["platform"] =>
  async ({ name, key }) => {
    const counted = await bindings[name]?.limit({ key }).catch(() => undefined);
    return counted?.success ?? null;
  };
