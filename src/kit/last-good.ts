import type { Clock } from "./time.ts";

/**
 * What `load` gave, for `ttlMs`; then it is loaded again, once for all who ask meanwhile. When loading fails the last good value stays in use for another
 * `ttlMs`; only a failure with nothing loaded before is thrown.
 */
export type LastGood<T> = { get(): Promise<T>; expire(): void };

export function lastGood<T>(load: () => Promise<T>, ttlMs: number, now: Clock): LastGood<T> {
  let held: { value: T; until: number } | undefined;
  let loading: Promise<T> | undefined;

  async function reload(): Promise<T> {
    try {
      held = { value: await load(), until: now() + ttlMs };
    } catch (error) {
      if (!held) throw error;
      held = { value: held.value, until: now() + ttlMs };
    } finally {
      loading = undefined;
    }
    return held.value;
  }

  return {
    async get() {
      if (held && now() < held.until) return held.value;
      loading ??= reload();
      return loading;
    },
    expire() {
      if (held) held.until = 0;
    },
  };
}
