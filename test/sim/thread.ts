import { parentPort, workerData } from "node:worker_threads";
import { isChanging } from "./changes.ts";
import type { ThreadData, Word } from "./fleet.ts";
import { applyMutant } from "./mutate.ts";
import type { Job, Scene } from "./run.ts";
import type { Tables } from "./tables.ts";

/*
 * One thread of a fleet: runs the jobs that it is given one after another and posts their outcomes.
 * A mutant changes the source of a module before anything is loaded, so the code under test is
 * imported late.
 */
const { mutant, references = {} } = workerData as ThreadData;
if (mutant) applyMutant(mutant);
// Hundreds of thousands of errors are thrown on purpose here, and nobody reads where.
Error.stackTraceLimit = 0;
const { keyOf, scene: sceneOf, simulate } = await import("./run.ts");

type Stage = { scene: Scene; reference?: Tables };
let held: ({ key: string } & Stage) | undefined;

async function stage(posts: Job["posts"]): Promise<Stage> {
  const key = keyOf(posts);
  if (held?.key === key) return held;
  const scene = sceneOf(posts);
  // Where things change there is nothing to compare with.
  const reference = isChanging(posts.seed)
    ? undefined
    : (references[key] ?? (await simulate({ seed: 0, posts, rates: {} }, { scene })).tables);
  held = { key, scene, ...(reference && { reference }) };
  return held;
}

const say = (word: Word): void => parentPort?.postMessage(word);

async function work(jobs: Job[]): Promise<void> {
  for (const job of jobs) say({ outcome: (await simulate(job, await stage(job.posts))).outcome });
  say("idle");
}

parentPort?.on("message", (order: Job[] | "over") => {
  if (order === "over") parentPort?.close();
  else void work(order);
});
say("idle");
