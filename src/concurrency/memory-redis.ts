import type { Clock } from "../kit/time.ts";
import type { Redis, RedisEntry } from "./redis.ts";

/** The Redis port in memory. `down` makes every call fail, as an outage does. */
export function memoryRedis(now: Clock): Redis & { down: boolean; commands: number } {
  const held = new Map<string, { value: string; until: number }>();
  const get = (key: string): string | null => {
    const entry = held.get(key);
    return entry !== undefined && entry.until > now() ? entry.value : null;
  };
  const set = ({ key, value }: RedisEntry, ttlSeconds: number) =>
    held.set(key, { value, until: now() + ttlSeconds * 1_000 });
  const redis = {
    down: false,
    commands: 0,
    async read(keys: string[]) {
      redis.commands++;
      return redis.down ? ("down" as const) : keys.map(get);
    },
    async write(entries: RedisEntry[], ttlSeconds: number) {
      redis.commands += entries.length;
      if (redis.down) return "down" as const;
      for (const entry of entries) set(entry, ttlSeconds);
      return "ok" as const;
    },
    async claim(entries: RedisEntry[], ttlSeconds: number) {
      redis.commands += entries.length;
      if (redis.down) return "down" as const;
      return entries.map((entry) => {
        const before = get(entry.key);
        if (before === null) set(entry, ttlSeconds);
        return before;
      });
    },
    async remove(keys: string[]) {
      redis.commands++;
      if (redis.down) return "down" as const;
      for (const key of keys) held.delete(key);
      return "ok" as const;
    },
  };
  return redis;
}
