import type { LiveRule } from "../score.ts";
import { meaningOf } from "./meaning.ts";

/** Each rule that asks what an earlier one asks, with that one: both count. */
export function duplicateRules<T extends { live: LiveRule }>(
  rules: readonly T[],
): { rule: T; earlier: LiveRule }[] {
  const seen = new Map<string, LiveRule>();
  return rules.flatMap((rule) => {
    const meaning = questionOf(rule.live);
    const earlier = seen.get(meaning);
    if (earlier) return [{ rule, earlier }];
    seen.set(meaning, rule.live);
    return [];
  });
}

/** A rule on trial beside a live one is meant. */
const questionOf = ({ condition, shadow }: LiveRule): string =>
  `${shadow}${meaningOf(condition.expression)}`;
