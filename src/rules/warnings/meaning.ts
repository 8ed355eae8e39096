import { canonicalNames } from "../condition.ts";
import { childNodes, type ExpressionNode, formatNumber } from "../language/syntax.ts";

/**
 * What an expression asks, without its layout: equal for `a > 1 and b > 2` and `b > 2 and 1 < a`.
 * Not all expressions that ask the same are equal here, but those that are equal ask the same.
 */
export function meaningOf(node: ExpressionNode): string {
  const head = headOf(node);
  const parts = childNodes(node).map(meaningOf);
  if (parts.length === 0) return head;
  if (node.kind === "and" || node.kind === "or")
    return `${head}(${chainOf(node, node.kind).map(meaningOf).sort().join()})`;
  if (node.kind === "relation") return relationOf(node);
  if (node.kind === "list") return `list(${[...new Set(parts.sort())].join()})`;
  if (node.kind === "arithmetic" && node.operator === "*") return `${head}(${parts.sort().join()})`;
  return `${head}(${parts.join()})`;
}

/** The parts of a chain of `and` or `or`, in the order of the text. */
export function chainOf(node: ExpressionNode, kind: "and" | "or"): ExpressionNode[] {
  const found: ExpressionNode[] = [];
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.kind === kind) open.push(next.right, next.left);
    else found.push(next);
  }
  return found;
}

type Relation = Extract<ExpressionNode, { kind: "relation" }>;

const TURNED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** A comparison with its sides in one order; a chain as its links. */
export function linksOf(node: Relation): { left: string; operator: string; right: string }[] {
  let left = node.first;
  return node.rest.map(({ operator, right }) => {
    const sides = [meaningOf(left), meaningOf(right)] as const;
    left = right;
    const [a, b] = sides;
    if (operator === "~=" || a <= b) return { left: a, operator, right: b };
    return { left: b, operator: TURNED[operator] ?? operator, right: a };
  });
}

const relationOf = (node: Relation): string => {
  const links = linksOf(node).map(({ left, operator, right }) => `${left} ${operator} ${right}`);
  return links.length === 1 ? String(links[0]) : `and(${links.sort().join()})`;
};

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
    default:
      return node.kind;
  }
}
