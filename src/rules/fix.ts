import type { FactVocabulary } from "../model/facts.ts";
import { readCondition } from "./condition.ts";
import type { CheckScope } from "./language/check.ts";
import { applyFixes } from "./language/traps.ts";
import { loadRules } from "./load.ts";
import type { YamlProblem } from "./yaml.ts";

/**
 * One fix may reveal the next mistake. No text has more layers of mistakes than this.
 */
const ROUNDS = 8;

/**
 * Applies every fix whose meaning is certain to an expression. The result may still be wrong: the
 * caller checks it.
 */
export function fixExpression(text: string, scope: CheckScope): string {
  let fixed = text;
  for (let round = 0; round < ROUNDS; round++) {
    const read = readCondition(fixed, scope, "truth", () => 0);
    if (read.kind === "condition") return fixed;
    const next = applyFixes(fixed, read.faults);
    if (next === fixed) return fixed;
    fixed = next;
  }
  return fixed;
}

/**
 * Applies every certain fix to a rules file, and answers which problems are left. Comments and
 * layout stay as they are.
 */
export function fixRulesFile(
  text: string,
  variables: Readonly<Record<string, string>>,
  vocabulary: FactVocabulary,
): { text: string; fixes: number; left: YamlProblem[] } {
  let fixed = text;
  let fixes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const loaded = loadRules(fixed, variables, vocabulary);
    if (loaded.kind === "loaded") return { text: fixed, fixes, left: [] };
    const edits = loaded.problems
      .flatMap((problem) => problem.edit ?? [])
      .sort((a, b) => b.start - a.start);
    if (edits.length === 0) return { text: fixed, fixes, left: loaded.problems };
    for (const { start, end, text: by } of edits)
      fixed = fixed.slice(0, start) + by + fixed.slice(end);
    fixes += edits.length;
  }
  const loaded = loadRules(fixed, variables, vocabulary);
  return { text: fixed, fixes, left: loaded.kind === "rejected" ? loaded.problems : [] };
}
