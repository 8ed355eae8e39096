/**
 * `npm test` runs the checks (types, format and lint, dead code), then the suites.
 * `npm run check`, `typecheck` and `lint` run checks only. `npm run test:analytics`,
 * `test:browser`, `test:conformance`, `test:deploy`, `test:faults`, `test:fuzz` and `test:objects`
 * run one long suite each; `npm run test:faults -- simulation` runs only the files of it whose path
 * has the word.
 * The last line counts all of them: `N passed, N failed, N skipped`.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Count = {
  passed: number;
  failed: number;
  skipped: number;
};

const ROOT = join(import.meta.dirname, "..");
const HAS_CHROMIUM = existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium");
const LONG_SUITES = ["analytics", "browser", "conformance", "deploy", "faults", "fuzz", "objects"];
type Check = { title: string; command: "typecheck" | "lint" | "knip"; bin: string; args: string[] };

const CHECKS: Check[] = [
  {
    title: "types of the product",
    command: "typecheck",
    bin: "tsc",
    args: ["-p", "tsconfig.json"],
  },
  {
    title: "types of scripts and tests",
    command: "typecheck",
    bin: "tsc",
    args: ["-p", "tsconfig.node.json"],
  },
  {
    title: "types of the page",
    command: "typecheck",
    bin: "tsc",
    args: ["-p", "tsconfig.public.json"],
  },
  {
    title: "format and lint",
    command: "lint",
    bin: "biome",
    args: ["check", "--error-on-warnings", "."],
  },
  { title: "dead code", command: "knip", bin: "knip", args: [] },
];

function run(bin: string, args: string[]): Promise<number> {
  return new Promise((done) => {
    const child = spawn(join(ROOT, "node_modules", ".bin", bin), args, {
      cwd: ROOT,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    child.on("error", (error) => {
      console.error(error.message);
      done(1);
    });
    child.on("exit", (code) => done(code ?? 1));
  });
}

async function check({ title, bin, args }: Check): Promise<Count> {
  const began = performance.now();
  const good = (await run(bin, args)) === 0;
  console.log(
    `${good ? "✓" : "✗"} ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`,
  );
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 };
}

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
};

/**
 * A file that fails before its first test, or an error outside of any test, has no failed test to
 * its name: it counts as one.
 */
function countReport(file: string, code: number): Count {
  const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function suites(project: string, words: string[] = []): Promise<Count> {
  const dir = mkdtempSync(join(tmpdir(), "vitest-"));
  const file = join(dir, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const code = await run("vitest", ["run", ...words, "--project", project, ...reporters]);
  try {
    return countReport(file, code);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const [suite, ...words] = process.argv.slice(2);
const checked = CHECKS.filter(({ command }) => suite === "check" || suite === command);
if (
  (suite !== undefined && !LONG_SUITES.includes(suite) && checked.length === 0) ||
  words.some((word) => word.startsWith("-"))
) {
  const long = LONG_SUITES.map((name) => `npm run test:${name}`).join(" | ");
  console.error(`usage: npm test | npm run check | ${long} [-- WORD OF A FILE'S PATH ...]`);
  process.exit(words.includes("--help") || suite === "--help" ? 0 : 2);
}
const counts: Count[] = [];
if (suite === undefined) {
  counts.push(...(await Promise.all(CHECKS.map(check))));
  // One after another: the local stack needs the machine for itself to answer in its time.
  for (const project of ["core", "edge"]) counts.push(await suites(project));
  // What the store in memory promises must hold of the statements that run in production.
  counts.push(await suites("conformance", ["postgres.test"]));
  counts.push(await suites("e2e"));
  if (HAS_CHROMIUM) counts.push(await suites("browser", ["smoke"]));
  else
    console.log("- the pages were not tried in a browser: no Chromium (set CHROMIUM to its path)");
} else if (checked.length > 0) counts.push(...(await Promise.all(checked.map(check))));
else counts.push(await suites(suite, words));

const sum = (name: keyof Count) => counts.reduce((total, count) => total + count[name], 0);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exit(sum("failed") === 0 && sum("passed") > 0 ? 0 : 1);
