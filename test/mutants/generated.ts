import { availableParallelism } from "node:os";
import { ratesOf } from "../sim/jobs.ts";
import type { Job } from "../sim/run.ts";
import type { Tables } from "../sim/tables.ts";
import { noticedBySimulation, references } from "../sim/trials.ts";
import { type DrawnMutant, drawMutants } from "./draw.ts";
import { EQUIVALENT } from "./equivalent.ts";
import { nearestTests, noticedByTests } from "./unit-proof.ts";

/** One short history each: steady states, swinging ones, and digests. */
const HISTORIES: readonly Job[] = [
  ["object-doubled=0.1,queue-duplicate=0.25,deadlock=0.1,queue-reorder=0.1", 0],
  ["all=0.03", 1],
  ["accept-then-timeout=0.25,channel-5xx=0.1,crash=0.02,queue-lost=0.05", 3],
].map(([faults, seed]) => ({
  seed: 11,
  posts: { seed: Number(seed), count: 120 },
  rates: ratesOf(String(faults)),
}));

const TESTS_PATIENCE_MS = 60_000;
const POSTGRES_PATIENCE_MS = 180_000;
const HISTORIES_PATIENCE_MS = 60_000;

export type GeneratedTrial = { mutant: DrawnMutant; noticed?: string; equivalent?: string };

const whyEquivalent = ({ file, operator, lineText }: DrawnMutant): string | undefined =>
  EQUIVALENT.find(
    (each) => each.file === file && each.operator === operator && each.in === lineText,
  )?.why;

/** The nearest tests first; histories only where those notice nothing. */
async function trial(mutant: DrawnMutant, tables: Record<string, Tables>): Promise<GeneratedTrial> {
  const equivalent = whyEquivalent(mutant);
  if (equivalent !== undefined) return { mutant, equivalent };
  const onPostgres = mutant.file.startsWith("src/store/postgres/");
  const patience = onPostgres ? POSTGRES_PATIENCE_MS : TESTS_PATIENCE_MS;
  const failed = await noticedByTests(mutant, nearestTests(mutant.file), patience);
  if (failed !== undefined) return { mutant, noticed: `test: ${failed}` };
  if (onPostgres) return { mutant };
  const complaint = await noticedBySimulation(mutant, HISTORIES, tables, HISTORIES_PATIENCE_MS);
  return complaint === undefined ? { mutant } : { mutant, noticed: complaint };
}

const short = (code: string): string =>
  code.length > 70 ? `${code.replaceAll(/\s+/g, " ").slice(0, 70)} ...` : code;

function lineOf({ mutant, noticed, equivalent }: GeneratedTrial): string {
  const { file, line, operator, from, to } = mutant;
  const end = noticed ? "killed" : equivalent ? "equal " : "ALIVE ";
  const reason = noticed ?? equivalent;
  return (
    `  ${end} ${file}:${line} ${operator}: ${short(from)} -> ${short(to)}` +
    (reason === undefined ? "" : `\n         ${reason.split("\n")[0]}`)
  );
}

export type Generated = { seed: number; count: number; words: readonly string[] };

/** Draws mutants, tries each, and says of each how it ended. */
export async function generatedTrials(
  { seed, count, words }: Generated,
  say: (line: string) => void,
): Promise<GeneratedTrial[]> {
  const tables = await references(HISTORIES.map(({ posts }) => posts));
  const waiting = drawMutants(seed, count, words);
  const results: GeneratedTrial[] = [];
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const result = await trial(mutant, tables);
      results.push(result);
      say(lineOf(result));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
