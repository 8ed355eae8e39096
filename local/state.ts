import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, markOf, type ProcessMark, signalTree } from "./supervisor/pids.ts";

/**
 * .local/stack.json: where the stack of this folder is reached. The command line tool reads it for
 * its default url and key.
 */
export type SavedStack = {
  url: string;
  adminKey: string;
  ports: Record<string, number>;
  pids: Record<string, ProcessMark>;
};

const fileOf = (dataDir: string) => join(dataDir, "stack.json");

export function readStackFile(dataDir: string): SavedStack | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), "utf8")) as SavedStack;
  } catch {
    return undefined;
  }
}

/**
 * Written by rename, so that a reader never sees half of it; for this user's eyes alone, because of
 * the key.
 */
export function writeStackFile(
  dataDir: string,
  stack: Omit<SavedStack, "pids">,
  pids: Record<string, number | undefined>,
): void {
  const marks = Object.entries(pids).flatMap(([name, pid]) => {
    const mark = pid === undefined ? undefined : markOf(pid);
    return mark ? [[name, mark] as const] : [];
  });
  const text = `${JSON.stringify({ ...stack, pids: Object.fromEntries(marks) }, null, 2)}\n`;
  writeFileSync(`${fileOf(dataDir)}.next`, text, { mode: 0o600 });
  renameSync(`${fileOf(dataDir)}.next`, fileOf(dataDir));
}

export function forgetStack(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

async function gone(marks: ProcessMark[], withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (marks.some(isRunning)) {
    if (performance.now() > deadline) return false;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return true;
}

/**
 * Ends what an earlier start left behind. Throws when that start still runs: two stacks must not
 * share one folder.
 */
export async function endEarlierStack(dataDir: string): Promise<void> {
  const earlier = readStackFile(dataDir);
  if (!earlier) return;
  const { start, ...services } = earlier.pids;
  if (start && isRunning(start)) {
    throw new Error(
      `a stack already runs on ${dataDir} at ${earlier.url} (process ${start.pid}); stop it, or ` +
        `choose another --data and --port`,
    );
  }
  const left = Object.entries(services).filter(([, mark]) => isRunning(mark));
  const marks = left.map(([, mark]) => mark);
  for (const [name, { pid }] of left) signalTree(pid, name === "postgres" ? "SIGINT" : "SIGTERM");
  if (!(await gone(marks, 6_000)))
    for (const { pid } of marks.filter(isRunning)) signalTree(pid, "SIGKILL");
  await gone(marks, 3_000);
}

/**
 * Everything we ever put into the data folder, by name: `--fresh` must not delete what a user keeps
 * beside it.
 */
const OWN_FILES =
  "postgres postgres.initialised postgres.elsewhere pglite redis.jsonl redis.jsonl.next " +
  "wrangler wrangler.toml .wrangler requests ledger logs logs.before worker.env worker.json " +
  "bindings.json channels-made points stack.json";

export function emptyData(dataDir: string): void {
  for (const name of OWN_FILES.split(" "))
    rmSync(join(dataDir, name), { recursive: true, force: true });
}

/** Made once a folder, so that a script of the user's keeps working after a restart. */
export function adminKey(dataDir: string, renew = false): string {
  const file = join(dataDir, "admin-key");
  if (existsSync(file) && !renew) return readFileSync(file, "utf8").trim();
  mkdirSync(dataDir, { recursive: true });
  const key = `ess_${randomBytes(6).toString("hex")}.${randomBytes(24).toString("base64url")}`;
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}
