import { Worker } from "node:worker_threads";
import type { GeneratedMutant, Mutant } from "./mutate.ts";
import { type Job, keyOf, type Outcome } from "./run.ts";
import type { Tables } from "./tables.ts";

const THREAD = new URL("./thread.ts", import.meta.url);
/**
 * Most of what a history makes dies young: with room for it, half of the collector's work falls
 * away.
 */
const YOUNG_MB = 96;

/** What a thread says: one outcome more, or that it has nothing left to do. */
export type Word = { outcome: Outcome } | "idle";
export type ThreadData = {
  mutant?: Mutant | GeneratedMutant;
  references?: Record<string, Tables>;
};

/**
 * Jobs of one set of posts stay together, since a thread has to judge the posts and run them
 * without faults first. The longest come first.
 */
function groupsOf(jobs: readonly Job[]): Job[][] {
  const load = (group: Job[]): number => group.reduce((sum, { posts }) => sum + posts.count, 0);
  return [...Map.groupBy(jobs, ({ posts }) => keyOf(posts)).values()].sort(
    (a, b) => load(b) - load(a),
  );
}

/**
 * Runs the jobs on `threads` threads. `onOutcome` gets each outcome; its answer "enough" ends the
 * fleet.
 */
export async function fleet(
  jobs: readonly Job[],
  threads: number,
  onOutcome: (outcome: Outcome) => "enough" | undefined,
  changed: ThreadData = {},
  given?: AbortSignal,
): Promise<void> {
  const groups = groupsOf(jobs);
  const crew = Array.from({ length: Math.min(threads, groups.length) }, () => {
    const worker = new Worker(THREAD, {
      workerData: changed,
      execArgv: ["--disable-warning=ExperimentalWarning"],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    const done = new Promise<void>((resolve, reject) => {
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
    return { worker, done };
  });
  const stop = (): void => {
    for (const { worker } of crew) void worker.terminate();
  };
  given?.addEventListener("abort", stop);
  for (const { worker } of crew)
    worker.on("message", (word: Word) => {
      if (word === "idle") worker.postMessage(groups.shift() ?? "over");
      else if (onOutcome(word.outcome) === "enough") stop();
    });
  try {
    await Promise.all(crew.map(({ done }) => done));
  } finally {
    stop();
  }
}
