import type { Clock, SleepFor } from "../kit/time.ts";
import type { Redis } from "./redis.ts";
import { singleFlight } from "./single-flight.ts";

/**
 * Joins simultaneous calls for the same key. `recall` reads the answer that another caller's flight
 * has cached; null while there is none. `isCached`: whether `recall` finds an answer from now on,
 * for longer than the lock lives.
 */
export type SharedFlight = <T>(
  key: string,
  task: () => Promise<T>,
  recall: () => Promise<T | null>,
  isCached: (answer: T) => boolean,
) => Promise<T>;

type FlightPorts = {
  redis: Redis;
  sleep: SleepFor;
  now: Clock;
  /**
   * The keys that callers of this isolate work on, and until when that is believed, in
   * milliseconds. All flights of the isolate share it; promises cannot be shared between objects.
   */
  underway: Map<string, number>;
  /** Names this caller's locks. */
  holder: string;
  /** Keeps the isolate alive until the work has ended (waitUntil). */
  defer(work: Promise<unknown>): void;
};

/** Longer than any outside call takes, so that a lock lasts as long as its holder's work. */
const LOCK_SECONDS = 15;
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 3_200;

/**
 * Single flight across isolates. The caller that gets the lock in Redis does the work; the others
 * poll the cache for its answer, without a command while their own isolate does the work. The lock
 * only saves calls: without Redis, or after six seconds, a caller does the work itself. Once the
 * answer is in the cache nobody asks for the lock, which ends by itself: to remove it would be a
 * command for each call.
 */
export function sharedFlight(ports: FlightPorts): SharedFlight {
  const here = singleFlight();
  return (key, task, recall, isCached) =>
    here(key, () => lockedFlight({ key: `flight:${key}`, task, recall, isCached }, ports));
}

type Flight<T> = {
  key: string;
  task: () => Promise<T>;
  recall: () => Promise<T | null>;
  isCached: (answer: T) => boolean;
};

async function lockedFlight<T>(
  { key, task, recall, isCached }: Flight<T>,
  { redis, sleep, now, underway, holder, defer }: FlightPorts,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const isLast = pause > LAST_PAUSE_MS;
    if (isLast || now() >= (underway.get(key) ?? 0)) {
      const left = pause === FIRST_PAUSE_MS ? null : await recall();
      if (left !== null) return left;
      const lock = await claim(key, holder, redis);
      if (lock !== "taken" || isLast) {
        let isLeft = false;
        underway.set(key, now() + LOCK_SECONDS * 1_000);
        try {
          const answer = await task();
          isLeft = isCached(answer);
          return answer;
        } finally {
          underway.delete(key);
          if (lock === "ours" && !isLeft) defer(redis.remove([key]));
        }
      }
    }
    await sleep(pause);
  }
}

/** A lock with our own name is an earlier claim of ours whose answer was lost. */
async function claim(
  key: string,
  holder: string,
  redis: Redis,
): Promise<"ours" | "taken" | "down"> {
  const held = await redis.claim([{ key, value: holder }], LOCK_SECONDS);
  if (held === "down") return "down";
  const before = held[0] ?? null;
  return before === null || before === holder ? "ours" : "taken";
}
