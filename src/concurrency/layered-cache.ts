import type { Clock } from "../kit/time.ts";
import type { Redis } from "./redis.ts";

export type CacheEntry<T> = { value: T; at: number; freshUntil: number };

/**
 * Keeps answers longer than they are fresh, so that a stale answer, with its age, can be used while
 * the service is down.
 */
export type LayeredCache = {
  /**
   * Null when no usable answer is cached. `read` parses the stored value; undefined = the value was
   * written by another version of the code, and is ignored.
   */
  get<T>(key: string, read: (stored: unknown) => T | undefined): Promise<CacheEntry<T> | null>;
  put(key: string, value: unknown, freshSeconds: number, keepSeconds: number): Promise<void>;
};

type Stored = CacheEntry<unknown> & { keepUntil: number };
const MAX_LOCAL = 1_000;

function stored(text: string): Stored | undefined {
  try {
    const { value, at, freshUntil, keepUntil } = JSON.parse(text);
    const times = [at, freshUntil, keepUntil].every((time) => typeof time === "number");
    return times ? { value, at, freshUntil, keepUntil } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A small cache of this isolate in front of Redis: it saves commands, and still answers while Redis
 * is down.
 */
export function layeredCache(redis: Redis, now: Clock): LayeredCache {
  const local = new Map<string, Stored>();
  const remember = (key: string, entry: Stored) => {
    local.delete(key);
    local.set(key, entry);
    const oldest = local.keys().next();
    if (local.size > MAX_LOCAL && !oldest.done) local.delete(oldest.value);
  };
  const far = async (key: string): Promise<Stored | undefined> => {
    const answer = await redis.read([key]);
    const text = answer === "down" ? null : (answer[0] ?? null);
    return text === null ? undefined : stored(text);
  };
  return {
    async get(key, read) {
      const near = local.get(key);
      const entry =
        near !== undefined && near.freshUntil > now() ? near : ((await far(key)) ?? near);
      if (entry === undefined || entry.keepUntil <= now()) return null;
      remember(key, entry);
      const value = read(entry.value);
      return value === undefined ? null : { value, at: entry.at, freshUntil: entry.freshUntil };
    },
    async put(key, value, freshSeconds, keepSeconds) {
      const at = now();
      const entry = {
        value,
        at,
        freshUntil: at + freshSeconds * 1_000,
        keepUntil: at + keepSeconds * 1_000,
      };
      remember(key, entry);
      await redis.write([{ key, value: JSON.stringify(entry) }], keepSeconds);
    },
  };
}
