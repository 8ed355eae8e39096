import { availableParallelism } from "node:os";
import { patience } from "../mutants/patience.ts";
import { isOnPostgres, noticedByTests } from "../mutants/unit-proof.ts";
import { fleet, type ThreadData } from "./fleet.ts";
import { ratesOf, replayOf } from "./jobs.ts";
import { SCENE_SEEDS, type Suspect } from "./mutants/suspect.ts";
import { MUTANTS } from "./mutants.ts";
import { type Job, keyOf, type Outcome, simulate } from "./run.ts";
import type { Tables } from "./tables.ts";

const POSTS = 240;
/** What every mutant is tried with after the faults of its own. */
const BATTERY = [
  "",
  "all=0.01",
  "all=0.05",
  "queue-reorder=0.25,queue-duplicate=0.25",
  "crash=0.05",
  "deadlock=0.25,queue-lost=0.05",
];
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
  const longest = patience(patienceMs);
  const late = AbortSignal.timeout(longest);
  try {
    await fleet(jobs, 1, onOutcome, { mutant, references: tables }, late);
  } catch (error) {
    return `it does not run: ${error instanceof Error ? error.message : String(error)}`;
  }
  return noticed ?? (late.aborted ? `no end within ${Math.round(longest / 1000)} s` : undefined);
}

/**
 * Its own faults by several seeds first: whether one history shows it must not hang on how the code
 * draws its luck today.
 */
const OWN_SEEDS = 6;

type ByHistory = Extract<Suspect, { by: string }>;

const isByHistory = (mutant: Suspect): mutant is ByHistory => "by" in mutant;

const scenesOf = ({ scene, posts = POSTS }: ByHistory): Job["posts"][] =>
  [...new Set([...(scene === undefined ? [] : [scene]), ...SCENE_SEEDS])].map((seed) => ({
    seed,
    count: posts,
  }));

const jobsFor = (mutant: ByHistory): Job[] =>
  [...Array.from({ length: OWN_SEEDS }, () => mutant.by), ...BATTERY].flatMap((faults, i) =>
    scenesOf(mutant).map((posts): Job => ({ seed: 11 + i, posts, rates: ratesOf(faults) })),
  );

async function trial(mutant: Suspect, tables: Record<string, Tables>): Promise<Trial> {
  const began = performance.now();
  const killedBy = isByHistory(mutant)
    ? await noticedBySimulation(mutant, jobsFor(mutant), tables, PATIENCE_MS)
    : await noticedByTests(mutant, mutant.tests, PATIENCE_MS);
  return { mutant, killedBy, seconds: (performance.now() - began) / 1000 };
}

/** Tests that fail without any mistake, or cannot run, would seem to notice every one. */
async function checkTests(mutants: readonly Suspect[]): Promise<void> {
  const proofs = new Map(
    mutants.flatMap((each) =>
      isByHistory(each) ? [] : [[JSON.stringify(each.tests), each.tests] as const],
    ),
  );
  const named = [...proofs.values()].filter(({ files }) => isOnPostgres(files));
  const others = [...proofs.values()].filter(({ files }) => !isOnPostgres(files));
  const together = { files: [...new Set(others.flatMap(({ files }) => files))] };
  for (const proof of [together, ...named]) {
    const failed = await noticedByTests(null, proof, PATIENCE_MS);
    if (failed !== undefined) throw new Error(`without a mistake this test fails: ${failed}`);
  }
}

/** Tries the mutants whose names have the words, and says of each how it ended. */
export async function trials(words: string, say: (line: string) => void): Promise<Trial[]> {
  const waiting = MUTANTS.filter(({ name }) => name.includes(words));
  const tables = await references(waiting.filter(isByHistory).flatMap(scenesOf));
  await checkTests(waiting);
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
