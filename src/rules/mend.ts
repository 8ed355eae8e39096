import type { FactVocabulary } from "../model/facts.ts";
import { readCondition } from "./condition.ts";
import type { CheckScope } from "./language/check.ts";
import { applyFixes } from "./language/traps.ts";
import { loadRules } from "./load.ts";
import type { YamlProblem } from "./yaml.ts";

/** One mend may bring the next mistake to light; no text has more layers of them than this. */
const ROUNDS = 8;

/**
 * An expression with every mend put in whose meaning is sure. It may still be wrong: the caller
 * checks.
 */
export function mendExpression(text: string, scope: CheckScope): string {
  let mending = text;
  for (let round = 0; round < ROUNDS; round++) {
    const read = readCondition(mending, scope, "truth", () => 0);
    if (read.kind === "condition") return mending;
    const next = applyFixes(mending, read.faults);
    if (next === mending) return mending;
    mending = next;
  }
  return mending;
}

/**
 * A rules file with the sure mends put in, and what is then left to do by hand. Comments and layout
 * stay as they are.
 */
export function mendFile(
  text: string,
  variables: Readonly<Record<string, string>>,
  vocabulary: FactVocabulary,
): { text: string; mends: number; left: YamlProblem[] } {
  let mending = text;
  let mends = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const loaded = loadRules(mending, variables, vocabulary);
    if (loaded.kind === "loaded") return { text: mending, mends, left: [] };
    const edits = loaded.problems
      .flatMap((problem) => problem.edit ?? [])
      .sort((a, b) => b.start - a.start);
    if (edits.length === 0) return { text: mending, mends, left: loaded.problems };
    for (const { start, end, text: by } of edits)
      mending = mending.slice(0, start) + by + mending.slice(end);
    mends += edits.length;
  }
  const loaded = loadRules(mending, variables, vocabulary);
  return { text: mending, mends, left: loaded.kind === "rejected" ? loaded.problems : [] };
}
