import { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "@upstash/redis/cloudflare";
import type { RateAllowance } from "../../src/api/context.ts";

const TIMEOUT_MS = 500;

/**
 * The per-key limit: a sliding window of a minute, kept in Redis for all isolates. Without Redis
 * everything is allowed.
 */
export function slidingWindow(
  client: Redis | null,
): (keyId: string, perMinute: number) => Promise<RateAllowance> {
  return async (keyId, perMinute) => {
    const open = { allowed: true, limit: perMinute, remaining: perMinute, resetSeconds: 0 };
    if (client === null) return open;
    const limiter = new Ratelimit({
      redis: client,
      limiter: Ratelimit.slidingWindow(perMinute, "1 m"),
      prefix: "rate:key",
      timeout: TIMEOUT_MS,
      ephemeralCache: false,
    });
    try {
      const { success, remaining, reset } = await limiter.limit(keyId);
      return {
        allowed: success,
        limit: perMinute,
        remaining,
        resetSeconds: Math.max(1, Math.ceil((reset - Date.now()) / 1000)),
      };
    } catch {
      return open;
    }
  };
}
