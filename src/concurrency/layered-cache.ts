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
  get<T>(key: string, read: ReadStored<T>): Promise<CacheEntry<T> | null>;
  /** The same of several keys, in their order, with one command. */
  getAll<T>(keys: readonly string[], read: ReadStored<T>): Promise<(CacheEntry<T> | null)[]>;
  put(key: string, value: unknown, freshSeconds: number, keepSeconds: number): Promise<void>;
};

type ReadStored<T> = (stored: unknown) => T | undefined;
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
  const isFresh = (entry: Stored | undefined) => entry !== undefined && entry.freshUntil > now();
  const far = async (keys: string[]): Promise<Map<string, Stored | undefined>> => {
    const answer = keys.length === 0 ? [] : await redis.read(keys);
    return new Map(
      keys.map((key, at) => {
        const text = answer === "down" ? null : (answer[at] ?? null);
        return [key, text === null ? undefined : stored(text)];
      }),
    );
  };

  async function getAll<T>(keys: readonly string[], read: ReadStored<T>) {
    const asked = await far(keys.filter((key) => !isFresh(local.get(key))));
    return keys.map((key): CacheEntry<T> | null => {
      const entry = asked.get(key) ?? local.get(key);
      if (entry === undefined || entry.keepUntil <= now()) return null;
      remember(key, entry);
      const value = read(entry.value);
      return value === undefined ? null : { value, at: entry.at, freshUntil: entry.freshUntil };
    });
  }

  return {
    getAll,
    get: async (key, read) => (await getAll([key], read))[0] ?? null,
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
