import type { FactVocabulary } from "../model/facts.ts";
import { readCondition } from "./condition.ts";
import type { CheckScope } from "./language/check.ts";
import { applyFixes } from "./language/traps.ts";
import { loadRules } from "./load.ts";
import type { YamlProblem } from "./yaml.ts";

/**
 * One suggestion may bring the next mistake to light; no text has more layers of them than this.
 */
const ROUNDS = 8;

/**
 * An expression with every suggestion put in whose meaning is sure. It may still be wrong: the
 * caller checks.
 */
export function fixExpression(text: string, scope: CheckScope): string {
  let fixing = text;
  for (let round = 0; round < ROUNDS; round++) {
    const read = readCondition(fixing, scope, "truth", () => 0);
    if (read.kind === "condition") return fixing;
    const next = applyFixes(fixing, read.faults);
    if (next === fixing) return fixing;
    fixing = next;
  }
  return fixing;
}

/**
 * A rules file with the sure suggestions put in, and what is then left to do by hand. Comments and
 * layout stay as they are.
 */
export function fixRulesFile(
  text: string,
  variables: Readonly<Record<string, string>>,
  vocabulary: FactVocabulary,
): { text: string; fixes: number; left: YamlProblem[] } {
  let fixing = text;
  let fixes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const loaded = loadRules(fixing, variables, vocabulary);
    if (loaded.kind === "loaded") return { text: fixing, fixes, left: [] };
    const edits = loaded.problems
      .flatMap((problem) => problem.edit ?? [])
      .sort((a, b) => b.start - a.start);
    if (edits.length === 0) return { text: fixing, fixes, left: loaded.problems };
    for (const { start, end, text: by } of edits)
      fixing = fixing.slice(0, start) + by + fixing.slice(end);
    fixes += edits.length;
  }
  const loaded = loadRules(fixing, variables, vocabulary);
  return { text: fixing, fixes, left: loaded.kind === "rejected" ? loaded.problems : [] };
}
