import { readFileSync } from "node:fs";
import { FACTS } from "../../src/model/facts.ts";
import { loadRules } from "../../src/rules/load.ts";
import { HOSTILE } from "../../test/support/hostile-rules.ts";

const ROUNDS = 5;
const SHOWN = 10;

/**
 * What the processor takes to load or refuse files that are large, odd or made to cost. The first
 * look at each meets code that is hardly compiled.
 */
export function hostileFiles(): void {
  const shipped = readFileSync(new URL("../../rules/rules.yml", import.meta.url), "utf8");
  const rows = Object.entries({ "(the shipped rules)": shipped, ...HOSTILE }).map(
    ([name, text]) => {
      const times = Array.from({ length: ROUNDS }, () => loading(text));
      return {
        name,
        first: times[0] ?? 0,
        median: [...times].sort((a, b) => a - b)[ROUNDS >> 1] ?? 0,
      };
    },
  );
  rows.sort((a, b) => b.first - a.first);
  console.log(
    `\nrules: loading or refusing ${rows.length} hostile files, milliseconds: the slowest, and ` +
      `the shipped rules`,
  );
  for (const [i, { name, first, median }] of rows.entries())
    if (i < SHOWN || name.startsWith("("))
      console.log(
        `  ${name.padEnd(34)} first ${first.toFixed(1).padStart(6)}, median of ${ROUNDS} ` +
          `${median.toFixed(1).padStart(6)}`,
      );
  console.log(
    `  a fixed loop of arithmetic (about 4 ms on an idle core of 3 GHz) takes ` +
      `${yardstick().toFixed(1)} here`,
  );
}

function elapsed(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

const loading = (text: string): number => elapsed(() => void loadRules(text, {}, FACTS));

/** Says how busy the machine is: its other work slows the processor's clock too. */
function yardstick(): number {
  const times = [0, 1, 2].map(() =>
    elapsed(() => {
      let sum = 0;
      for (let i = 0; i < 3_000_000; i++) sum = (Math.imul(sum, 31) + i) | 0;
      if (sum === 1) console.log(sum);
    }),
  );
  return Math.min(...times);
}
