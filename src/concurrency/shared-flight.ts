import type { SleepFor } from "../kit/time.ts";
import type { Redis } from "./redis.ts";
import { singleFlight } from "./single-flight.ts";

/**
 * Joins simultaneous calls for the same key. `recall` reads the answer that another caller's flight
 * has cached; null while there is none.
 */
export type SharedFlight = <T>(
  key: string,
  task: () => Promise<T>,
  recall: () => Promise<T | null>,
) => Promise<T>;

type FlightPorts = {
  redis: Redis;
  sleep: SleepFor;
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
 * poll the cache for its answer. The lock only saves calls: without Redis, or after six seconds, a
 * caller does the work itself.
 */
export function sharedFlight(ports: FlightPorts): SharedFlight {
  const here = singleFlight();
  return (key, task, recall) => here(key, () => lockedFlight(`flight:${key}`, task, recall, ports));
}

async function lockedFlight<T>(
  key: string,
  task: () => Promise<T>,
  recall: () => Promise<T | null>,
  { redis, sleep, holder, defer }: FlightPorts,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const lock = await claim(key, holder, redis);
    const left = pause === FIRST_PAUSE_MS ? null : await recall();
    const release = () => defer(lock === "ours" ? redis.remove([key]) : Promise.resolve());
    if (left !== null) {
      release();
      return left;
    }
    if (lock !== "taken" || pause > LAST_PAUSE_MS) return task().finally(release);
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
