import { availableParallelism } from "node:os";
import { noticedByTests } from "../mutants/unit-proof.ts";
import { fleet, type ThreadData } from "./fleet.ts";
import { ratesOf, replayOf } from "./jobs.ts";
import { MUTANTS, type Suspect } from "./mutants.ts";
import { type Job, keyOf, type Outcome, simulate } from "./run.ts";
import type { Tables } from "./tables.ts";

const POSTS = 240;
/**
 * What every mutant is tried with after the faults of its own; the posts of seed 0 have steady
 * states, those of 1 and 3 swinging ones, and 3 has digests.
 */
const BATTERY = [
  "",
  "all=0.01",
  "all=0.05",
  "queue-reorder=0.25,queue-duplicate=0.25",
  "crash=0.05",
  "deadlock=0.25,queue-lost=0.05",
];
const SCENES = [0, 1, 3].map((seed) => ({ seed, count: POSTS }));
/** A mistake may make a history, or a test, that never ends. */
const PATIENCE_MS = 180_000;

/**
 * `killedBy`: the first complaint of the history that noticed it, and the command that replays that
 * history; or the test that failed.
 */
export type Trial = { mutant: Suspect; killedBy: string | undefined; seconds: number };

/** Made by the code as it is, so that a mutant is not compared with itself. */
export async function references(scenes: readonly Job["posts"][]): Promise<Record<string, Tables>> {
  const tables: Record<string, Tables> = {};
  for (const posts of scenes)
    tables[keyOf(posts)] ??= (await simulate({ seed: 0, posts, rates: {} })).tables;
  return tables;
}

/** The first complaint of the first history that has one; undefined when none has. */
export async function noticedBySimulation(
  mutant: ThreadData["mutant"] & object,
  jobs: readonly Job[],
  tables: Record<string, Tables>,
  patienceMs: number,
): Promise<string | undefined> {
  let noticed: string | undefined;
  const onOutcome = ({ complaints: [first], job }: Outcome): "enough" | undefined => {
    if (first === undefined) return undefined;
    noticed ??= `${first}\n      ${replayOf(job)}`;
    return "enough";
  };
  const late = AbortSignal.timeout(patienceMs);
  try {
    await fleet(jobs, 1, onOutcome, { mutant, references: tables }, late);
  } catch (error) {
    return `it does not run: ${error instanceof Error ? error.message : String(error)}`;
  }
  return noticed ?? (late.aborted ? `no end within ${patienceMs / 1000} s` : undefined);
}

/**
 * Its own faults by several seeds first: whether one history shows it must not hang on how the code
 * draws its luck today.
 */
const OWN_SEEDS = 6;

const jobsFor = (by: string): Job[] =>
  [...Array.from({ length: OWN_SEEDS }, () => by), ...BATTERY].flatMap((faults, i) =>
    SCENES.map((posts): Job => ({ seed: 11 + i, posts, rates: ratesOf(faults) })),
  );

async function trial(mutant: Suspect, tables: Record<string, Tables>): Promise<Trial> {
  const began = performance.now();
  const killedBy =
    "tests" in mutant
      ? await noticedByTests(mutant, mutant.tests, PATIENCE_MS)
      : await noticedBySimulation(mutant, jobsFor(mutant.by), tables, PATIENCE_MS);
  return { mutant, killedBy, seconds: (performance.now() - began) / 1000 };
}

/** Tries the mutants whose names have the words, and says of each how it ended. */
export async function trials(words: string, say: (line: string) => void): Promise<Trial[]> {
  const tables = await references(SCENES);
  const waiting = MUTANTS.filter(({ name }) => name.includes(words));
  const results: Trial[] = [];
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const result = await trial(mutant, tables);
      results.push(result);
      const took = `(${result.seconds.toFixed(1)} s)`;
      say(
        result.killedBy === undefined
          ? `  ALIVE  ${mutant.name} ${took}`
          : `  killed ${mutant.name} ${took}\n      ${result.killedBy}`,
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
