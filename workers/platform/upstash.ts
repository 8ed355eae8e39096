import { Redis as Upstash } from "@upstash/redis/cloudflare";
import type { Redis } from "../../src/concurrency/redis.ts";
import type { Clock } from "../../src/kit/time.ts";

const TIMEOUT_MS = 400;
/**
 * After a failure Redis is left alone for a moment, so that an outage costs one timeout and not one
 * for each call.
 */
const REST_MS = 5_000;

export const upstashClient = (url: string, token: string, timeoutMs = TIMEOUT_MS): Upstash =>
  new Upstash({
    url,
    token,
    automaticDeserialization: false,
    enableTelemetry: false,
    retry: { retries: 1, backoff: () => 50 },
    signal: () => AbortSignal.timeout(timeoutMs),
  });

/** When this isolate may try Redis again; shared by all ports over one client. */
const restUntil = new WeakMap<Upstash, number>();

/**
 * The Redis port over Upstash. Errors of the client quote commands and values, so they are not
 * passed on: `onDown` hears only that it failed.
 */
export function upstashRedis(
  client: Upstash,
  now: Clock,
  onDown: () => void = () => undefined,
): Redis {
  async function attempt<T>(work: () => Promise<T>): Promise<T | "down"> {
    if ((restUntil.get(client) ?? 0) > now()) return "down";
    try {
      return await work();
    } catch {
      restUntil.set(client, now() + REST_MS);
      onDown();
      return "down";
    }
  }
  return {
    read: (keys) => attempt(() => client.mget<(string | null)[]>(...keys)),
    write: (entries, ttlSeconds) =>
      attempt(async () => {
        const pipeline = client.pipeline();
        for (const { key, value } of entries) pipeline.set(key, value, { ex: ttlSeconds });
        await pipeline.exec();
        return "ok" as const;
      }),
    claim: (entries, ttlSeconds) =>
      attempt(() => {
        const pipeline = client.pipeline();
        for (const { key, value } of entries)
          pipeline.set(key, value, { nx: true, get: true, ex: ttlSeconds });
        return pipeline.exec<(string | null)[]>();
      }),
    remove: (keys) =>
      attempt(async () => {
        await client.del(...keys);
        return "ok" as const;
      }),
  };
}

/** Stands in where no Redis is configured. */
export const noRedis: Redis = {
  read: async () => "down",
  write: async () => "down",
  claim: async () => "down",
  remove: async () => "down",
};
