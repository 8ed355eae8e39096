import { availableParallelism } from "node:os";
import { fleet } from "./fleet.ts";
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

/**
 * `killedBy`: the first complaint of the history that noticed it, and the command that replays that
 * history.
 */
export type Trial = { mutant: Suspect; killedBy: string | undefined };

/** Made by the code as it is, so that a mutant is not compared with itself. */
async function references(): Promise<Record<string, Tables>> {
  const tables: Record<string, Tables> = {};
  for (const posts of SCENES)
    tables[keyOf(posts)] = (await simulate({ seed: 0, posts, rates: {} })).tables;
  return tables;
}

/**
 * Its own faults by several seeds first: whether one history shows it must not hang on how the code
 * draws its luck today.
 */
const OWN_SEEDS = 6;

const jobsFor = ({ by }: Suspect): Job[] =>
  [...Array.from({ length: OWN_SEEDS }, () => by), ...BATTERY].flatMap((faults, i) =>
    SCENES.map((posts): Job => ({ seed: 11 + i, posts, rates: ratesOf(faults) })),
  );

async function trial(mutant: Suspect, tables: Record<string, Tables>): Promise<Trial> {
  let killedBy: string | undefined;
  const onOutcome = ({ complaints: [first], job }: Outcome): "enough" | undefined => {
    if (first === undefined) return undefined;
    killedBy ??= `${first}\n      ${replayOf(job)}`;
    return "enough";
  };
  await fleet(jobsFor(mutant), 1, onOutcome, { mutant, references: tables });
  return { mutant, killedBy };
}

/** Tries the mutants whose names have the words, and says of each how it ended. */
export async function trials(words: string, say: (line: string) => void): Promise<Trial[]> {
  const tables = await references();
  const waiting = MUTANTS.filter(({ name }) => name.includes(words));
  const results: Trial[] = [];
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const result = await trial(mutant, tables);
      results.push(result);
      say(
        result.killedBy === undefined
          ? `  ALIVE  ${mutant.name}`
          : `  killed ${mutant.name}\n      ${result.killedBy}`,
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
