import type { FactValues } from "../../src/model/facts.ts";
import { book, someFacts } from "./rules/book.ts";
import { ENGINES, type Engaged, type Scored } from "./rules/engines.ts";

const ROUNDS = 15;
/** What one engine is given in one round: enough for the clock to tell, whatever the engine's speed. */
const ROUND_MS = 30;

type Contestant = { name: string; run: Engaged; repeats: number; times: number[] };

/** All engines in one process, taking turns, on the processor's clock, so that whatever slows the machine slows them all; medians of the rounds. */
export async function bench(): Promise<void> {
  await compare(25, 1_000);
  await compare(200, 1_000);
}

async function compare(ruleCount: number, factCount: number): Promise<void> {
  const rules = book(ruleCount, 7);
  const facts = someFacts(factCount, 11);
  const engines: Contestant[] = Object.entries(ENGINES).map(([name, make]) => ({
    ...{ name, run: make(rules), repeats: 1, times: [] },
  }));
  await sameResults(engines, facts);
  for (const engine of engines) await warm(engine, facts);
  for (let round = 0; round < ROUNDS; round++) for (const engine of engines) engine.times.push(await time(engine, facts));
  const medians = engines.map(({ name, times }) => ({ name, micros: median(times) }));
  const [own] = medians;
  if (!own) return;
  console.log(`\nrules: ${ruleCount} rules x ${factCount} sets of facts, median of ${ROUNDS} rounds, microseconds a set`);
  for (const { name, micros } of medians) {
    const ratio = micros / own.micros;
    console.log(
      `  ${name.padEnd(24)} ${micros.toFixed(2).padStart(10)}   ${ratio >= 1 ? `${ratio.toFixed(1)} times ours` : `ours takes ${(1 / ratio).toFixed(1)} times as long`}`,
    );
  }
}

/** Runs an engine until it is compiled, and finds how many sets it answers in a round. */
async function warm(engine: Contestant, facts: FactValues[]): Promise<void> {
  for (let spent = 0; spent < 10 * ROUND_MS; ) {
    const before = process.cpuUsage();
    await answer(engine, facts);
    const ms = elapsedMs(before);
    spent += ms;
    engine.repeats = Math.max(1, Math.min(100_000, Math.ceil((engine.repeats * ROUND_MS) / Math.max(ms, 0.1))));
  }
}

async function answer({ run, repeats }: Contestant, facts: FactValues[]): Promise<void> {
  for (let n = 0; n < repeats; n++) {
    const given = run(facts[n % facts.length] as FactValues);
    if (given instanceof Promise) await given;
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

/** A fast wrong answer is no answer. */
async function sameResults(engines: { name: string; run: Engaged }[], facts: FactValues[]): Promise<void> {
  const said = ({ points, matched }: Scored) => `${points} ${[...matched].sort().join(" ")}`;
  for (const given of facts.slice(0, 100)) {
    const answers = await Promise.all(engines.map(async ({ name, run }) => ({ name, answer: said(await run(given)) })));
    const odd = answers.find(({ answer }) => answer !== answers[0]?.answer);
    if (odd) throw new Error(`${odd.name} answers ${odd.answer}, ours ${answers[0]?.answer}, for ${JSON.stringify(given)}`);
  }
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
