import { type Ruleset, type ScoreResult, scoreRules } from "../score.ts";
import type { CaseExpectation, RuleCase } from "./cases.ts";

export type CaseFailure = { field: string; expected: unknown; got: unknown };
export type CaseResult = { test: RuleCase; verdict: ScoreResult; failures: CaseFailure[] };

export const runCases = (rules: Ruleset, cases: readonly RuleCase[]): CaseResult[] =>
  cases.map((test) => {
    const verdict = scoreRules(rules, test.facts, test.previous);
    return { test, verdict, failures: failuresOf(test.expect, verdict) };
  });

export const casePasses = (rules: Ruleset, { facts, previous, expect }: RuleCase): boolean =>
  failuresOf(expect, scoreRules(rules, facts, previous)).length === 0;

function failuresOf(expected: CaseExpectation, verdict: ScoreResult): CaseFailure[] {
  const rules = verdict.reasons.map((reason) => reason.rule);
  const got: Record<Exclude<keyof CaseExpectation, "matched" | "unmatched">, unknown> = {
    score: verdict.score,
    level: verdict.level,
    state: verdict.state,
    risk_level: verdict.riskLevel,
    reasons: rules,
    shadow: verdict.shadow.map((reason) => reason.rule),
    missing: verdict.missing,
    errors: verdict.errors.map((error) => error.rule),
    notify: verdict.notify,
  };
  const failures: CaseFailure[] = Object.entries(got)
    .map(([field, value]) => ({
      field,
      expected: expected[field as keyof CaseExpectation],
      got: value,
    }))
    .filter(
      ({ expected: wanted, got: value }) =>
        wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(value),
    );
  const absent = expected.matched?.filter((rule) => !rules.includes(rule)) ?? [];
  if (absent.length > 0) failures.push({ field: "matched", expected: absent, got: rules });
  const present = expected.unmatched?.filter((rule) => rules.includes(rule)) ?? [];
  if (present.length > 0) failures.push({ field: "unmatched", expected: present, got: rules });
  return failures;
}
