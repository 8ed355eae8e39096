import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import type { GeneratedMutant, Mutant } from "../sim/mutate.ts";
import { patience } from "./patience.ts";

const ROOT = join(import.meta.dirname, "../..");
const HOOK = new URL("./hook.ts", import.meta.url);
const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");

/** Tests that are to notice a mistake. `named`: only those whose names have these words. */
export type UnitProof = { files: readonly string[]; named?: string };

const slashed = (file: string): string => file.replaceAll("\\", "/");

type TestFile = { file: string; imports: ReadonlySet<string> };

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(/from "(\.[^"]+)"/g)].map(([, path = ""]) =>
    slashed(normalize(join(dirname(file), path))),
  );
}

/** What a test imports itself, and through the parts that tests share. */
function importsOfTest(file: string): ReadonlySet<string> {
  const own = importsOf(file);
  const shared = own.filter((path) => path.startsWith("test/support/"));
  return new Set([...own, ...shared.flatMap(importsOf)]);
}

let known: TestFile[] | undefined;

/** The tests that run without other processes. */
function quickTests(): TestFile[] {
  known ??= globSync(["{src,workers}/**/*.test.ts", "test/*.test.ts"], { cwd: ROOT })
    .map(slashed)
    .filter((file) => !file.endsWith(".edge.test.ts"))
    .map((file) => ({ file, imports: importsOfTest(file) }));
  return known;
}

const ON_POSTGRES: UnitProof = {
  files: ["deferred-commits-postgres", "store-postgres"].map(
    (name) => `test/conformance/${name}.test.ts`,
  ),
  named: "before it is committed|the store in PostgreSQL",
};

/** A file, and those of its folder that are made of it. */
function withUsersBeside(file: string): string[] {
  const beside = globSync(`${dirname(file)}/*.ts`, { cwd: ROOT }).map(slashed);
  const users = beside.filter(
    (each) => !each.endsWith(".test.ts") && importsOf(each).includes(file),
  );
  return [file, ...users];
}

/** The tests of a file's folder, and those that import it or what is made of it there. */
export function nearestTests(file: string): UnitProof {
  if (file.startsWith("src/store/postgres/")) return ON_POSTGRES;
  const used = withUsersBeside(file);
  const near = quickTests().filter(
    (test) => dirname(test.file) === dirname(file) || used.some((each) => test.imports.has(each)),
  );
  return { files: near.map((test) => test.file) };
}

type Report = {
  testResults: {
    name: string;
    status: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
};

/** The first test that failed. Throws when no test ran at all: that shows nothing. */
function failureIn(report: string): string {
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed"),
  );
  return failed[0]?.fullName ?? "a test file does not load";
}

export const isOnPostgres = (files: readonly string[]): boolean =>
  files.some((file) => file.startsWith("test/conformance/"));

type End = { code: number | null; late: boolean };

/** Runs a program and ends it, with the processes that it started, when it takes too long. */
async function runFor(args: string[], env: NodeJS.ProcessEnv, patienceMs: number): Promise<End> {
  const isGroup = process.platform !== "win32";
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env,
    stdio: "ignore",
    detached: isGroup,
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (isGroup && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  }, patienceMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", resolve);
  });
  clearTimeout(timer);
  return { code, late };
}

/**
 * The name of a test that notices the mistake; undefined when none does. Without a mistake: of one
 * that fails all the same.
 */
export async function noticedByTests(
  mutant: Mutant | GeneratedMutant | null,
  { files, named }: UnitProof,
  patienceMs: number,
): Promise<string | undefined> {
  if (files.length === 0) return undefined;
  const dir = mkdtempSync(join(tmpdir(), "mutant-"));
  const report = join(dir, "report.json");
  const words = named === undefined ? [] : ["--testNamePattern", named];
  const reporter = ["--reporter=json", `--outputFile=${report}`];
  const args = [
    "run",
    ...files,
    "--project",
    isOnPostgres(files) ? "conformance" : "core",
    ...words,
    "--bail=1",
    ...reporter,
  ];
  const changed = mutant && {
    NODE_OPTIONS: `--import=${HOOK.href}`,
    MUTANT: JSON.stringify(mutant),
  };
  try {
    const longest = patience(patienceMs);
    const end = await runFor([VITEST, ...args], { ...process.env, ...changed }, longest);
    if (end.late) return `no end within ${Math.round(longest / 1000)} s`;
    return end.code === 0 ? undefined : failureIn(report);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
