import { book, someFacts } from "./rules/book.ts";
import { ENGINES, type Engaged, type Scored } from "./rules/engines.ts";

const ROUNDS = 9;

/** All engines in one process, taking turns, so that whatever slows the machine slows them all; medians of the rounds. */
export async function bench(): Promise<void> {
  await compare(25, 1_000);
  await compare(200, 200);
}

async function compare(ruleCount: number, factCount: number): Promise<void> {
  const rules = book(ruleCount, 7);
  const facts = someFacts(factCount, 11);
  const engines = Object.entries(ENGINES).map(([name, make]) => ({ name, run: make(rules), times: [] as number[] }));
  await sameResults(engines, facts);
  for (let round = 0; round < ROUNDS; round++) {
    for (const engine of engines)
      engine.times.push(await time(engine.run, engine.name === "json-rules-engine" ? facts.slice(0, 50) : facts));
  }
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

/** A fast wrong answer is no answer. */
async function sameResults(engines: { name: string; run: Engaged }[], facts: Parameters<Engaged>[0][]): Promise<void> {
  const said = ({ points, matched }: Scored) => `${points} ${[...matched].sort().join(" ")}`;
  for (const given of facts.slice(0, 100)) {
    const answers = await Promise.all(engines.map(async ({ name, run }) => ({ name, answer: said(await run(given)) })));
    const odd = answers.find(({ answer }) => answer !== answers[0]?.answer);
    if (odd) throw new Error(`${odd.name} answers ${odd.answer}, ours ${answers[0]?.answer}, for ${JSON.stringify(given)}`);
  }
}

/** Microseconds a set of facts. */
async function time(run: Engaged, facts: Parameters<Engaged>[0][]): Promise<number> {
  const started = performance.now();
  for (const given of facts) {
    const answer = run(given);
    if (answer instanceof Promise) await answer;
  }
  return ((performance.now() - started) * 1000) / facts.length;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
