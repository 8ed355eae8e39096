import { deepStrictEqual as deepEqual } from "node:assert";
import { seeded } from "../local/seeded.ts";
import type { FactValues } from "../src/model/facts.ts";
import { book, someFacts } from "./rules/book.ts";
import { ENGINES, type Engaged } from "./rules/engines.ts";
import { hostileFiles } from "./rules/hostile.ts";
import { inWorkerd } from "./rules/workerd.ts";
import type { Line } from "./table.ts";

const ROUNDS = 15;
/**
 * What one engine is given in one round: enough for the clock to tell, whatever the engine's speed.
 */
const ROUND_MS = 30;

/**
 * The order in which facts come: long enough that the processor cannot learn by heart which branch
 * is next.
 */
const ORDER = 1 << 16;

type Contestant = Engaged & { name: string; repeats: number; times: number[] };

/**
 * All engines in one process, taking turns, on the processor's clock, so that whatever slows the
 * machine slows them all; medians of the rounds.
 */
export async function bench(): Promise<Line[]> {
  const lines = [...(await compare(25, 1_000)), ...(await compare(200, 1_000))];
  hostileFiles();
  await inWorkerd();
  return lines;
}

async function compare(ruleCount: number, factCount: number): Promise<Line[]> {
  const rules = book(ruleCount, 7);
  const distinct = someFacts(factCount, 11);
  const engines: Contestant[] = Object.entries(ENGINES).map(([name, make]) => ({
    ...make(rules),
    name,
    repeats: 1,
    times: [],
  }));
  await sameResults(engines, distinct);
  const random = seeded(13);
  const facts = Array.from(
    { length: ORDER },
    () => distinct[Math.floor(random() * factCount)] as FactValues,
  );
  for (const engine of engines) await warm(engine, facts);
  for (let round = 0; round < ROUNDS; round++)
    for (const engine of engines) engine.times.push(await time(engine, facts));
  const medians = engines.map(({ name, times }) => ({ name, micros: median(times) }));
  const [own, ...peers] = medians;
  if (!own) return [];
  console.log(
    `\nrules: ${ruleCount} rules x ${factCount} sets of facts, median of ${ROUNDS} rounds, ` +
      `microseconds a set`,
  );
  for (const { name, micros } of medians) {
    const ratio = micros / own.micros;
    const compared =
      ratio >= 1
        ? `${ratio.toFixed(1)} times ours`
        : `ours takes ${(1 / ratio).toFixed(1)} times as long`;
    console.log(`  ${name.padEnd(28)} ${micros.toFixed(2).padStart(10)}   ${compared}`);
  }
  return peers.map(({ name, micros }) => ({
    what: `a set of facts by ${ruleCount} rules`,
    ours: `${own.micros.toFixed(1)} µs`,
    beside: `${name}: ${micros.toFixed(1)} µs`,
    ratio: micros / own.micros,
  }));
}

/** Runs an engine until it is compiled, and finds how many sets it answers in a round. */
async function warm(engine: Contestant, facts: FactValues[]): Promise<void> {
  for (let spent = 0; spent < 10 * ROUND_MS; ) {
    const before = process.cpuUsage();
    await answer(engine, facts);
    const ms = elapsedMs(before);
    spent += ms;
    engine.repeats = Math.max(
      1,
      Math.min(1_000_000, Math.ceil((engine.repeats * ROUND_MS) / Math.max(ms, 0.1))),
    );
  }
}

/** The latest answers, kept: what nobody can look at, the compiler need not make. */
const kept: unknown[] = new Array(1_024).fill(undefined);

async function answer({ run, repeats }: Contestant, facts: FactValues[]): Promise<void> {
  for (let n = 0; n < repeats; n++) {
    const given = run(facts[n % ORDER] as FactValues);
    kept[n % kept.length] = given instanceof Promise ? await given : given;
  }
}

/** Microseconds a set of facts. */
async function time(engine: Contestant, facts: FactValues[]): Promise<number> {
  const before = process.cpuUsage();
  await answer(engine, facts);
  return (elapsedMs(before) * 1_000) / engine.repeats;
}

function elapsedMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Every engine must give the same points and matches, and the same verdict when it gives one. */
async function sameResults(engines: Contestant[], facts: FactValues[]): Promise<void> {
  for (const given of facts) {
    const answers = await Promise.all(
      engines.map(async ({ run, said }) => said((await run(given)) as never)),
    );
    for (const [i, { points, matched, verdict }] of answers.entries()) {
      const [own] = answers;
      const note = `${engines[i]?.name} differs from ours for ${JSON.stringify(given)}`;
      deepEqual(
        [points, [...matched].sort()],
        [own?.points, [...(own?.matched ?? [])].sort()],
        note,
      );
      if (verdict) deepEqual(verdict, own?.verdict, note);
    }
  }
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
