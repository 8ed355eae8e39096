import { FACTS, type FactValues } from "../model/facts.ts";
import { loadRules } from "./load.ts";
import { type Ruleset, scoreRules } from "./score.ts";
import type { YamlProblem } from "./yaml.ts";

/** A file of rules, each worth 1 and named r0, r1, ... by its place. */
export const sampleFile = (...conditions: string[]): string =>
  [
    'version: "1"',
    "groups:",
    "  - name: g",
    "    rules:",
    ...conditions.map(
      (condition, i) =>
        `      - { name: r${i}, score: 1, reason: because, ` +
        `condition: ${JSON.stringify(condition)} }`,
    ),
    "",
  ].join("\n");

export function loadSample(text: string, variables: Record<string, string> = {}): Ruleset {
  const loaded = loadRules(text, variables, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  return loaded.rules;
}

export function sampleProblems(
  text: string,
  variables: Record<string, string> = {},
): YamlProblem[] {
  const loaded = loadRules(text, variables, FACTS);
  return loaded.kind === "rejected" ? loaded.problems : [];
}

export const sampleMatches = (condition: string, facts: FactValues): boolean =>
  scoreRules(loadSample(sampleFile(condition)), facts).reasons.length > 0;
