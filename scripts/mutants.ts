/**
 * Breaks the code on purpose, one mistake at a time, and asks the simulator whether it notices: `node scripts/bootstrap.mjs scripts/mutants.ts [words of a name ...]`.
 * Exit 1 when fewer than 95 % are noticed. A survivor is a promise that nobody checks, or a mistake that does not matter: docs/reliability.md says which.
 */
import { availableParallelism } from "node:os";
import { fleet } from "../test/sim/fleet.ts";
import { ratesOf, replayOf } from "../test/sim/jobs.ts";
import { MUTANTS, type Suspect } from "../test/sim/mutants.ts";
import { type Job, keyOf, simulate } from "../test/sim/run.ts";
import type { Tables } from "../test/sim/tables.ts";

const POSTS = 160;
const WANTED = 0.95;
/** What every mutant is tried with after the faults of its own; the posts of seed 0 have steady states, those of seed 1 swinging ones. */
const BATTERY = [
  "",
  "all=0.01",
  "all=0.05",
  "queue-reorder=0.25,queue-duplicate=0.25",
  "crash=0.05",
  "deadlock=0.25,queue-lost=0.05",
];

const scenes = [0, 1].map((seed) => ({ seed, count: POSTS }));
const only = process.argv.slice(2).join(" ");

/** Made by the code as it is, so that a mutant is not compared with itself. */
async function references(): Promise<Record<string, Tables>> {
  const tables: Record<string, Tables> = {};
  for (const posts of scenes) tables[keyOf(posts)] = (await simulate({ seed: 0, posts, rates: {} })).tables;
  return tables;
}

const jobsFor = ({ by }: Suspect): Job[] =>
  [...new Set([by, ...BATTERY])].flatMap((faults, i) =>
    scenes.map((posts): Job => ({ seed: 11 + i, posts, rates: ratesOf(faults) })),
  );

type Result = { mutant: Suspect; killedBy: string | undefined };

async function trial(mutant: Suspect, tables: Record<string, Tables>): Promise<Result> {
  let killedBy: string | undefined;
  const notice = (what: string): "enough" => {
    killedBy ??= what;
    return "enough";
  };
  try {
    await fleet(
      jobsFor(mutant),
      1,
      ({ complaints, job }) => (complaints[0] === undefined ? undefined : notice(`${complaints[0]}\n      ${replayOf(job)}`)),
      { mutant, references: tables },
    );
  } catch (error) {
    if (String(error).includes("stands")) throw error;
    notice(String(error));
  }
  return { mutant, killedBy };
}

async function trials(): Promise<Result[]> {
  const tables = await references();
  const waiting = MUTANTS.filter(({ name }) => name.includes(only));
  const results: Result[] = [];
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const result = await trial(mutant, tables);
      results.push(result);
      console.log(
        result.killedBy === undefined ? `  ALIVE  ${mutant.name}` : `  killed ${mutant.name}\n      ${result.killedBy}`,
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  return results;
}

const results = await trials();
const killed = results.filter(({ killedBy }) => killedBy !== undefined).length;
console.log(`${killed} of ${results.length} mutants killed (${Math.round((100 * killed) / results.length)} %)`);
process.exitCode = killed >= results.length * WANTED ? 0 : 1;
