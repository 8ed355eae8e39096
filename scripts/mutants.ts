/**
 * Breaks the code on purpose, one mistake at a time, and asks the tests and the simulator whether
 * they notice. A survivor is a promise that nobody checks, or a mistake that does not matter:
 * docs/reliability.md says which. Exit 1 when one is not noticed.
 *
 *   npm run mutants [-- WORDS OF A NAME]
 *     tries the mistakes of test/sim/mutants.ts.
 *   npm run mutants -- generated [--seed N] [--count N] [PART OF A PATH ...]
 *     draws mistakes by a seed from the core files.
 */
import { parseArgs } from "node:util";
import { generatedTrials } from "../test/mutants/generated.ts";
import { trials } from "../test/sim/trials.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "40" },
  },
});

function sum(killed: number, all: number, also: string): void {
  console.log(`${killed} of ${all} mutants killed (${Math.round((100 * killed) / all)} %)${also}`);
  process.exitCode = killed === all ? 0 : 1;
}

if (positionals[0] === "generated") {
  const results = await generatedTrials(
    { seed: Number(values.seed), count: Number(values.count), words: positionals.slice(1) },
    console.log,
  );
  const equal = results.filter(({ equivalent }) => equivalent !== undefined).length;
  const killed = results.filter(({ noticed }) => noticed !== undefined).length;
  sum(killed, results.length - equal, `, ${equal} change nothing`);
} else {
  const results = await trials(positionals.join(" "), console.log);
  sum(results.filter(({ killedBy }) => killedBy !== undefined).length, results.length, "");
}
