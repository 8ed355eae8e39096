import { canonicalNames } from "../condition.ts";
import { formatNumber } from "../language/syntax.ts";
import type { LiveRule } from "../score.ts";

/** Each rule that asks what an earlier one asks, with that one: both count. */
export function duplicateRules<T extends { live: LiveRule }>(
  rules: readonly T[],
): { rule: T; earlier: LiveRule }[] {
  const seen = new Map<string, LiveRule>();
  return rules.flatMap((rule) => {
    const meaning = meaningOf(rule.live);
    const earlier = seen.get(meaning);
    if (earlier) return [{ rule, earlier }];
    seen.set(meaning, rule.live);
    return [];
  });
}

/** The condition without its layout. A rule on trial beside a live one is meant. */
const meaningOf = ({ condition, shadow }: LiveRule): string =>
  JSON.stringify([condition.expression, shadow], (key, value) =>
    LAYOUT.has(key)
      ? undefined
      : key === "name"
        ? canonicalNames(value)
        : key === "digits"
          ? formatNumber(value)
          : value,
  );

const LAYOUT = new Set(["at", "quoted", "deprecated"]);
