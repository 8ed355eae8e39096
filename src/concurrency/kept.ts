import type { Clock } from "../kit/time.ts";

const TIMES = 10;

/**
 * What `load` gave, for ten times as long as loading it took: however dear a question grows and
 * however many ask it, it takes a tenth of the time at most from each isolate that asks. A failure
 * is thrown and not kept. A load is never shared by callers: in a Worker, one request must not wait
 * on another's I/O.
 */
export function kept<T>(load: () => Promise<T>, now: Clock): () => Promise<T> {
  let held: { value: T; until: number } | undefined;
  return async () => {
    const began = now();
    if (held && began < held.until) return held.value;
    const value = await load();
    held = { value, until: now() + TIMES * (now() - began) };
    return value;
  };
}
