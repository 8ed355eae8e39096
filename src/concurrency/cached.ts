import type { Clock, SleepFor } from "../kit/time.ts";

/**
 * `ttlMs`: how long a value counts as fresh. `costFactor`: that many times as long as loading it
 * took, so that a factor of 10 lets loading take a tenth of an isolate's time at most.
 */
type Freshness = { ttlMs: number } | { costFactor: number };

export type CacheOptions = Freshness & {
  now: Clock;
  /**
   * A load that fails keeps the last good value fresh once more; without one, and for a caller for
   * whom it is too old by `since`, the error is thrown.
   */
  staleOnError?: boolean;
  /** While one caller loads, the others get the last value instead of loading too. */
  shareStale?: boolean;
  /**
   * While one caller loads, the others wait for its load. Only within one Durable Object: in a
   * Worker one request must not wait on another's I/O.
   */
  shareLoad?: boolean;
  /**
   * While one caller loads, the others look for its value every few ms, and load too when there is
   * none in time: for callers that must not wait on each other's I/O.
   */
  watchLoad?: SleepFor;
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
/** `failure`: of the load, which the last good value stands in for. */
type LoadedEntry<T> = Entry<T> & { failure?: { error: unknown } };

/** Callers do not rely on a load that has been under way for longer: the next one loads too. */
const LOAD_MS = 5_000;
/** For how long a caller looks for what another one loads, and how often. */
const WATCH_MS = 500;
const WATCH_STEP_MS = 10;

/** Caches the value of `load()` in this isolate. A failure is thrown and not cached. */
export function cached<T>(load: () => Promise<T>, options: CacheOptions): CachedValue<T> {
  const { now, staleOnError = false, shareStale = false, shareLoad = false, watchLoad } = options;
  let held: Entry<T> | undefined;
  let running: { startedAt: number; entry: Promise<LoadedEntry<T>> } | undefined;
  let expirations = 0;

  const freshUntil = (startedAt: number, at: number): number =>
    at + ("ttlMs" in options ? options.ttlMs : options.costFactor * (at - startedAt));

  async function loadEntry(startedAt: number): Promise<LoadedEntry<T>> {
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
      return { ...held, failure: { error } };
    }
  }

  async function startLoad(startedAt: number): Promise<LoadedEntry<T>> {
    const mine = { startedAt, entry: loadEntry(startedAt) };
    running = mine;
    try {
      return await mine.entry;
    } finally {
      if (running === mine) running = undefined;
    }
  }

  const freshHeld = (since: number): Entry<T> | undefined =>
    held !== undefined && held.startedAt >= since && now() < held.freshUntil ? held : undefined;

  async function findEntry(since: number): Promise<LoadedEntry<T>> {
    const at = now();
    const load = running !== undefined && at - running.startedAt < LOAD_MS ? running : undefined;
    const fresh = freshHeld(since);
    if (fresh !== undefined) return fresh;
    if (shareStale && load !== undefined && held !== undefined && held.startedAt >= since)
      return held;
    if (load === undefined || load.startedAt < since) return startLoad(at);
    if (shareLoad) return load.entry;
    if (watchLoad === undefined) return startLoad(at);
    for (let waited = 0; running === load && waited < WATCH_MS; waited += WATCH_STEP_MS)
      await watchLoad(WATCH_STEP_MS);
    return freshHeld(since) ?? startLoad(now());
  }

  async function freshEntry(since = Number.NEGATIVE_INFINITY): Promise<Entry<T>> {
    const { failure, ...entry } = await findEntry(since);
    if (failure !== undefined && entry.startedAt < since) throw failure.error;
    return entry;
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
