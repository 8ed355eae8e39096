import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * A script that starts another stack, sends it the posts of a file, waits until all are worked off
 * and prints "N posts/s".
 */
const SCRIPT = process.env.BENCH_BASELINE ?? "../shared/baseline/seed-stack/run.sh";
const LONGEST_MS = 600_000;

/** Posts a second, or why there are none. */
export type BaselineRun = { rate: number } | { why: string };

export function runBaseline(file: string, script = SCRIPT): BaselineRun {
  if (!existsSync(script)) return { why: `${script} is not there (BENCH_BASELINE names another)` };
  const { status, stdout, stderr, error } = spawnSync("bash", [script, file], {
    encoding: "utf8",
    timeout: LONGEST_MS,
  });
  const rate = /= (\d+(?:\.\d+)?) posts\/s/.exec(stdout)?.[1];
  if (rate !== undefined) return { rate: Number(rate) };
  const said = error?.message ?? stderr.trim().split("\n").at(-1);
  return { why: `it ended with ${status}: ${said || "it printed no rate"}` };
}
