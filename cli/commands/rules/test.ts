import { globSync } from "node:fs";
import { VOCABULARY } from "../../../src/enrich/registry.ts";
import type { Ruleset } from "../../../src/rules/score.ts";
import { type RuleCase, readCases } from "../../../src/rules/suite/cases.ts";
import { coverageOf } from "../../../src/rules/suite/coverage.ts";
import { type MutationReport, mutationScore } from "../../../src/rules/suite/mutants.ts";
import { type CaseResult, runCases } from "../../../src/rules/suite/run.ts";
import { type Io, UsageError } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { table } from "../../table.ts";
import { loadFile, oneFile, readText, report } from "./files.ts";
import { factsOfPosts } from "./posts.ts";

/** Mutants that no test noticed: more would push the failures out of sight. */
const SHOWN = 20;

export const DEFAULT_TESTS = "rules/tests";

export async function test(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    tests: { type: "string" },
    set: { type: "string", multiple: true },
  });
  const rules = await loadFile(oneFile(positionals), values.set, io);
  if (!rules) return 1;
  return (await runTests(rules, values.tests ?? DEFAULT_TESTS, io, "whole")) > 0 ? 1 : 0;
}

/**
 * Prints what `detail` asks for and answers how many tests fail; a file of tests that cannot be
 * read counts as one.
 */
export async function runTests(
  rules: Ruleset,
  tests: string,
  io: Io,
  detail: "brief" | "whole",
): Promise<number> {
  const read = await readAll(tests, io);
  if (read.cases.length === 0) return read.unreadable;
  const results = runCases(rules, read.cases);
  const failed = results.filter((result) => result.failures.length > 0);
  const coverage = coverageOf(rules, read.cases);
  // A test that fails as the rules stand would "notice" every mutant.
  const mutation =
    detail === "whole" && failed.length === 0 ? mutationScore(rules, read.cases) : undefined;
  if (io.json && detail === "whole")
    io.out(
      JSON.stringify({
        passed: results.length - failed.length,
        failed: failed.map(bare),
        coverage,
        mutation,
      }),
    );
  else {
    if (detail === "whole") {
      for (const line of table(coverage.rules)) io.out(line);
      io.out("");
      for (const line of table(coverage.thresholds)) io.out(line);
      io.out("");
    }
    for (const line of unnoticed(mutation?.survivors ?? [])) io.out(line);
    for (const result of failed) for (const line of shown(result)) io.out(line);
    io.out(
      `${results.length - failed.length} of ${results.length} rule tests pass; ` +
        `${percent(coverage.covered, coverage.total)} covered on both sides`,
    );
    if (mutation)
      io.out(
        `mutation score of the thresholds: ${percent(mutation.killed, mutation.total)} ` +
          `(${mutation.killed} of ${mutation.total} noticed)`,
      );
    else if (detail === "whole")
      io.out("mutation score of the thresholds: not measured while tests fail");
  }
  return failed.length + read.unreadable;
}

function unnoticed(survivors: MutationReport["survivors"]): string[] {
  const lines = survivors
    .slice(0, SHOWN)
    .map(({ owner, change }) => `not noticed: ${owner}: ${change}`);
  return survivors.length > SHOWN
    ? [...lines, `and ${survivors.length - SHOWN} more are not noticed; --json lists all`]
    : lines;
}

const percent = (part: number, whole: number): string =>
  `${whole === 0 ? 100 : Math.floor((part / whole) * 1000) / 10} %`;

async function readAll(tests: string, io: Io): Promise<{ cases: RuleCase[]; unreadable: number }> {
  const files = globSync(
    [`${tests}/**/*.yml`, `${tests}/**/*.yaml`, tests.match(/\.ya?ml$/) ? tests : ""].filter(
      Boolean,
    ),
  ).sort();
  if (files.length === 0)
    throw new UsageError(
      `no tests in ${tests}: put them in .yml files there, or name a place with --tests`,
    );
  const cases: RuleCase[] = [];
  let unreadable = 0;
  for (const file of files) {
    const text = await readText(file, io);
    const read = readCases(file, text, VOCABULARY, factsOfPosts);
    if (read.kind === "read") cases.push(...read.cases);
    else {
      unreadable += 1;
      for (const line of report(file, text, read.problems, "error")) io.err(line);
    }
  }
  return { cases, unreadable };
}

const bare = ({ test: { file, line, name }, failures }: CaseResult) => ({
  file,
  line,
  name,
  failures,
});

/** The fields that differ, expected over got, and what the score was made of. */
function shown({ test: { file, line, name }, verdict, failures }: CaseResult): string[] {
  return [
    `FAIL ${file}:${line} ${name}`,
    ...failures.flatMap(({ field, expected, got }) => [
      `  - ${field}: ${JSON.stringify(expected)}`,
      `  + ${field}: ${JSON.stringify(got)}`,
    ]),
    ...verdict.reasons.map(
      ({ rule, score, text }) => `    ${score >= 0 ? "+" : ""}${score} ${rule}: ${text}`,
    ),
    ...verdict.errors.map(({ rule, message }) => `    ! ${rule}: ${message}`),
  ];
}
