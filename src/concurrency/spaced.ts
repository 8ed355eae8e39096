import type { Clock, SleepFor } from "../kit/time.ts";

/** Runs a task at most once in a while. */
export type Spaced = (task: () => void, defer: (work: Promise<unknown>) => void) => void;

/**
 * Runs a task at once, and again `everyMs` after the last time at the earliest, once for all that
 * ask meanwhile: the task has to do what all of them left. The wait is handed to `defer`; when its
 * invocation ends before, the next that asks runs the task.
 */
export function spaced(everyMs: number, { now, sleep }: { now: Clock; sleep: SleepFor }): Spaced {
  let ranAt = Number.NEGATIVE_INFINITY;
  let isWaiting = false;
  const run = (task: () => void): void => {
    ranAt = now();
    isWaiting = false;
    task();
  };
  return (task, defer) => {
    const left = ranAt + everyMs - now();
    if (left <= 0) run(task);
    else if (!isWaiting) {
      isWaiting = true;
      defer(sleep(left).then(() => run(task)));
    }
  };
}
