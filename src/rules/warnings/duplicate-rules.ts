import { canonicalNames } from "../condition.ts";
import { childNodes, type ExpressionNode, formatNumber } from "../language/syntax.ts";
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
  `${shadow}${written(condition.expression)}`;

function written(node: ExpressionNode): string {
  const head = headOf(node);
  const parts = childNodes(node);
  return parts.length === 0 ? head : `${head}(${parts.map(written).join()})`;
}

/** What a node says beside its parts. */
function headOf(node: ExpressionNode): string {
  switch (node.kind) {
    case "number":
      return String(formatNumber(node.digits));
    case "text":
      return JSON.stringify(node.value);
    case "name":
      return canonicalNames(node.name);
    case "property":
    case "call":
      return `${node.kind} ${node.name}`;
    case "arithmetic":
      return node.operator;
    case "in":
      return node.negated ? "not in" : "in";
    case "relation":
      return node.rest.map(({ operator }) => operator).join(" ");
    default:
      return node.kind;
  }
}
