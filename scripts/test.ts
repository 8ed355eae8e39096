/**
 * `npm test`: types, format and lint, dead code, then the suites. `npm run test:browser` and its
 * sisters run one long suite each,
 * `npm run test:faults -- simulation` only the files of it whose path has the word.
 * The last line counts them all: `N passed, N failed, N skipped`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, "..");
const longSuites = ["browser", "conformance", "faults", "fuzz"];
const checks: [title: string, bin: string, ...args: string[]][] = [
  ["types of the product", "tsc", "-p", "tsconfig.json"],
  ["types of scripts and tests", "tsc", "-p", "tsconfig.node.json"],
  ["format and lint", "biome", "check", "--error-on-warnings", "."],
  ["dead code", "knip"],
];

function run(bin: string, args: string[]): Promise<number> {
  return new Promise((done) => {
    const child = spawn(join(root, "node_modules", ".bin", bin), args, {
      cwd: root,
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

async function check([title, bin, ...args]: (typeof checks)[number]): Promise<Count> {
  const began = performance.now();
  const good = (await run(bin, args)) === 0;
  console.log(
    `${good ? "✓" : "✗"} ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`,
  );
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 };
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

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
if (
  (suite !== undefined && !longSuites.includes(suite)) ||
  words.some((word) => word.startsWith("-"))
) {
  console.error(
    `usage: npm test | ${longSuites.map((name) => `npm run test:${name}`).join(" | ")} [-- WORD OF A FILE'S PATH ...]`,
  );
  process.exit(words.includes("--help") || suite === "--help" ? 0 : 2);
}
const counts: Count[] = [];
if (suite === undefined) {
  counts.push(...(await Promise.all(checks.map(check))));
  // One after another: the whole stack needs the machine for itself to answer in its time.
  for (const project of ["core", "edge", "e2e"]) counts.push(await suites(project));
} else counts.push(await suites(suite, words));

const sum = (name: keyof Count) => counts.reduce((total, count) => total + count[name], 0);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exit(sum("failed") === 0 && sum("passed") > 0 ? 0 : 1);
