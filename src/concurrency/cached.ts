import type { Clock } from "../kit/time.ts";

/**
 * `ttlMs`: how long a value counts as fresh. `costFactor`: that many times as long as loading it
 * took, so that a factor of 10 lets loading take a tenth of an isolate's time at most.
 */
type Freshness = { ttlMs: number } | { costFactor: number };

export type CacheOptions = Freshness & {
  now: Clock;
  /**
   * A load that fails keeps the last good value fresh once more; without one the error is thrown.
   */
  staleOnError?: boolean;
  /** While one caller loads, the others get the last value instead of loading too. */
  shareStale?: boolean;
  /**
   * While one caller loads, the others wait for its load. Only within one Durable Object: in a
   * Worker one request must not wait on another's I/O.
   */
  shareLoad?: boolean;
};

export type CachedValue<T> = {
  /** `since`: a value whose load began before this time (ms) does not count as fresh. */
  get(since?: number): Promise<T>;
  /** The value with the time (ms) at which it was loaded. */
  dated(): Promise<{ value: T; at: number }>;
  /** The next call loads again. A load that is under way does not count as fresh either. */
  expire(): void;
};

type Entry<T> = { value: T; startedAt: number; at: number; freshUntil: number };

/** Callers do not rely on a load that has been under way for longer: the next one loads too. */
const LOAD_MS = 5_000;

/** Caches the value of `load()` in this isolate. A failure is thrown and not cached. */
export function cached<T>(load: () => Promise<T>, options: CacheOptions): CachedValue<T> {
  const { now, staleOnError = false, shareStale = false, shareLoad = false } = options;
  let held: Entry<T> | undefined;
  let running: { startedAt: number; entry: Promise<Entry<T>> } | undefined;
  let expirations = 0;

  const freshUntil = (startedAt: number, at: number): number =>
    at + ("ttlMs" in options ? options.ttlMs : options.costFactor * (at - startedAt));

  async function loadEntry(startedAt: number): Promise<Entry<T>> {
    const expirationsBefore = expirations;
    try {
      const value = await load();
      const at = now();
      const outdated = expirations !== expirationsBefore;
      const entry = { value, startedAt, at, freshUntil: outdated ? 0 : freshUntil(startedAt, at) };
      if (held === undefined || held.startedAt <= startedAt) held = entry;
      return entry;
    } catch (error) {
      if (!staleOnError || held === undefined) throw error;
      held = { ...held, freshUntil: freshUntil(startedAt, now()) };
      return held;
    }
  }

  async function startLoad(startedAt: number): Promise<Entry<T>> {
    const mine = { startedAt, entry: loadEntry(startedAt) };
    running = mine;
    try {
      return await mine.entry;
    } finally {
      if (running === mine) running = undefined;
    }
  }

  async function freshEntry(since = Number.NEGATIVE_INFINITY): Promise<Entry<T>> {
    const at = now();
    const load = running !== undefined && at - running.startedAt < LOAD_MS ? running : undefined;
    if (held !== undefined && held.startedAt >= since) {
      if (at < held.freshUntil || (shareStale && load !== undefined)) return held;
    }
    if (shareLoad && load !== undefined && load.startedAt >= since) return load.entry;
    return startLoad(at);
  }

  return {
    get: async (since) => (await freshEntry(since)).value,
    async dated() {
      const { value, at } = await freshEntry();
      return { value, at };
    },
    expire() {
      expirations++;
      running = undefined;
      if (held !== undefined) held = { ...held, freshUntil: 0 };
    },
  };
}
