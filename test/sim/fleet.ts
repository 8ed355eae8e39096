import { Worker } from "node:worker_threads";
import type { Mutant } from "./mutate.ts";
import { type Job, keyOf, type Outcome } from "./run.ts";
import type { Tables } from "./tables.ts";

const THREAD = new URL("./thread.ts", import.meta.url);

/** Deals the jobs out so that those of one set of posts stay together, and each thread gets about as many posts. */
function hands(jobs: readonly Job[], threads: number): Job[][] {
  const dealt = Array.from({ length: threads }, (): Job[] => []);
  const load = (hand: Job[]): number => hand.reduce((sum, { posts }) => sum + posts.count, 0);
  const groups = [...Map.groupBy(jobs, ({ posts }) => keyOf(posts)).values()];
  for (const group of groups.sort((a, b) => load(b) - load(a))) {
    const [lightest] = [...dealt].sort((a, b) => load(a) - load(b));
    lightest?.push(...group);
  }
  return dealt.filter((hand) => hand.length > 0);
}

/** Runs the jobs over so many threads. `told` hears of each outcome and may answer "enough", which ends the fleet. */
export async function fleet(
  jobs: readonly Job[],
  threads: number,
  told: (outcome: Outcome) => "enough" | undefined,
  changed: { mutant?: Mutant; references?: Record<string, Tables> } = {},
): Promise<void> {
  const crew = hands(jobs, threads).map((hand) => {
    const worker = new Worker(THREAD, {
      workerData: { jobs: hand, ...changed },
      execArgv: ["--disable-warning=ExperimentalWarning"],
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
  for (const { worker } of crew) worker.on("message", (outcome: Outcome) => told(outcome) === "enough" && stop());
  try {
    await Promise.all(crew.map(({ done }) => done));
  } finally {
    stop();
  }
}
