import type { Clock } from "../kit/time.ts";

/**
 * What `load` gave, for `ttlMs`; then the next to ask loads it again. When loading fails the last
 * good value stays in use for another `ttlMs`; only a failure with nothing loaded before is thrown.
 * A load is never shared by callers: in a Worker, one request must not wait on another's I/O.
 */
export type LastGood<T> = { get(): Promise<T>; expire(): void };

export function lastGood<T>(load: () => Promise<T>, ttlMs: number, now: Clock): LastGood<T> {
  let held: { value: T; until: number } | undefined;
  return {
    async get() {
      if (held && now() < held.until) return held.value;
      try {
        held = { value: await load(), until: now() + ttlMs };
      } catch (error) {
        if (!held) throw error;
        held = { value: held.value, until: now() + ttlMs };
      }
      return held.value;
    },
    expire() {
      if (held) held.until = 0;
    },
  };
}
