/**
 * Breaks the code on purpose, one mistake at a time, and asks the simulator whether it notices:
 * `node scripts/bootstrap.mjs scripts/mutants.ts [words of a name]`. Exit 1 when one is not
 * noticed. A survivor is a promise that nobody checks, or a mistake that does not matter:
 * docs/reliability.md says which.
 */
import { trials } from "../test/sim/trials.ts";

const results = await trials(process.argv.slice(2).join(" "), console.log);
const killed = results.filter(({ killedBy }) => killedBy !== undefined).length;
console.log(
  `${killed} of ${results.length} mutants killed ` +
    `(${Math.round((100 * killed) / results.length)} %)`,
);
process.exitCode = killed === results.length ? 0 : 1;
