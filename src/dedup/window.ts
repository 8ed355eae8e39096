import type { Redis } from "../concurrency/redis.ts";

/** How long a post counts as seen. */
export const WINDOW_SECONDS = 14 * 86_400;

const DONE = "done";
const redisKey = (key: string): string => `dedup:${key}`;

/**
 * The window of posts seen, in two steps: a message claims a post, and the post counts as seen only
 * once the next stage holds the work and it is confirmed. Marking first and working later would
 * lose every post whose worker dies in between.
 *
 * No call throws. Without Redis every post counts as new: the database still knows, because its
 * evidence and outcomes are unique.
 */
export type SeenWindow = {
  /**
   * Claims each post for the message that holds it and answers the keys that are done. A claim held
   * by another message counts as new: its holder may have died, and skipping would lose the post.
   */
  claim(items: { key: string; holder: string }[]): Promise<ReadonlySet<string>>;
  confirm(keys: string[]): Promise<void>;
  /** Takes posts out of the window, so that they may come again. */
  forget(keys: string[]): Promise<void>;
};

export function seenWindow(redis: Redis): SeenWindow {
  return {
    async claim(items) {
      if (items.length === 0) return new Set();
      const entries = items.map(({ key, holder }) => ({
        key: redisKey(key),
        value: `claimed:${holder}`,
      }));
      const before = await redis.claim(entries, WINDOW_SECONDS);
      if (before === "down") return new Set();
      return new Set(items.filter((_, i) => before[i] === DONE).map(({ key }) => key));
    },
    async confirm(keys) {
      if (keys.length === 0) return;
      await redis.write(
        keys.map((key) => ({ key: redisKey(key), value: DONE })),
        WINDOW_SECONDS,
      );
    },
    async forget(keys) {
      if (keys.length > 0) await redis.remove(keys.map(redisKey));
    },
  };
}
