import { type RuleCondition, sidesOf } from "../condition.ts";
import { freshBudget } from "../language/budget.ts";
import type { EvaluationFrame } from "../language/dialect.ts";
import { evaluateRule, frameOf, type Ruleset, scoreRules, stateFrame } from "../score.ts";
import type { RuleCase } from "./cases.ts";

/** How often the tests saw a rule match and not match. Both should happen. */
export type RuleCoverage = { rule: string; matched: number; unmatched: number };
/** How often the tests stood on either side of a number that decides. */
export type ThresholdCoverage = { owner: string; threshold: string; holds: number; fails: number };
export type RulesCoverage = {
  rules: RuleCoverage[];
  thresholds: ThresholdCoverage[];
  covered: number;
  total: number;
};

export function coverageOf(rules: Ruleset, cases: readonly RuleCase[]): RulesCoverage {
  const runs = cases.map((test) => {
    const verdict = scoreRules(rules, test.facts, test.previous);
    const frame = () => frameOf(rules, test.facts);
    return {
      frame: frame(),
      scored: stateFrame(frame(), verdict.score, verdict.level),
      points: verdict.score,
    };
  });
  const frames = runs.map((run) => run.frame);
  const ruleRows = rules.rules.map((rule) => {
    const matched = frames.filter((frame) => {
      freshBudget();
      return evaluateRule(rule, frame).kind === "matched";
    }).length;
    return { rule: rule.key, matched, unmatched: frames.length - matched };
  });
  const thresholds = [
    ...rules.rules.flatMap((rule) => thresholdRows(rule.key, rule.condition, frames)),
    ...(["verified", "downgraded"] as const).flatMap((state) =>
      thresholdRows(
        `states.${state}`,
        rules.states[state],
        runs.map((run) => run.scored),
      ),
    ),
    ...levelRows(
      rules,
      runs.map((run) => run.points),
    ),
  ];
  const done = [
    ...ruleRows.map((r) => r.matched > 0 && r.unmatched > 0),
    ...thresholds.map((t) => t.holds > 0 && t.fails > 0),
  ];
  return { rules: ruleRows, thresholds, covered: done.filter(Boolean).length, total: done.length };
}

function thresholdRows(
  owner: string,
  condition: RuleCondition,
  frames: readonly EvaluationFrame[],
): ThresholdCoverage[] {
  return sidesOf(condition).map(({ text, evaluate }) => {
    const values = frames.map((frame) => safely(() => evaluate(frame)));
    const count = (side: boolean) => values.filter((value) => value === side).length;
    return { owner, threshold: text, holds: count(true), fails: count(false) };
  });
}

function levelRows(rules: Ruleset, points: number[]): ThresholdCoverage[] {
  const { opportunity, caution } = rules.document.scoring.thresholds;
  const row = (threshold: string, side: (n: number) => boolean) => {
    const holds = points.filter(side).length;
    return { owner: "scoring", threshold, holds, fails: points.length - holds };
  };
  return [
    row(`opportunity: ${opportunity}`, (n) => n >= opportunity),
    row(`caution: ${caution}`, (n) => n <= caution),
  ];
}

function safely(evaluate: () => unknown): unknown {
  freshBudget();
  try {
    return evaluate();
  } catch {
    return null;
  }
}
