import { parentPort, workerData } from "node:worker_threads";
import { applyMutant, type Mutant } from "./mutate.ts";
import type { Job, Scene } from "./run.ts";
import type { Tables } from "./tables.ts";

/*
 * One thread of a fleet: runs jobs one after another and posts their outcomes. A mutant changes the source of a module before anything is loaded,
 * so the code under test is imported late.
 */
const { jobs, mutant, references = {} } = workerData as { jobs: Job[]; mutant?: Mutant; references?: Record<string, Tables> };
if (mutant) applyMutant(mutant);
// Hundreds of thousands of errors are thrown on purpose here, and nobody reads where.
Error.stackTraceLimit = 0;
const { keyOf, scene: sceneOf, simulate } = await import("./run.ts");

let held: { key: string; scene: Scene; reference: Tables } | undefined;

async function stage(posts: Job["posts"]): Promise<{ scene: Scene; reference: Tables }> {
  const key = keyOf(posts);
  if (held?.key === key) return held;
  const scene = sceneOf(posts);
  const reference = references[key] ?? (await simulate({ seed: 0, posts, rates: {} }, { scene })).tables;
  held = { key, scene, reference };
  return held;
}

for (const job of jobs) {
  const { outcome } = await simulate(job, await stage(job.posts));
  parentPort?.postMessage(outcome);
}
