import { canonicalNames } from "../condition.ts";
import { literalValue } from "../language/clauses.ts";
import {
  type ComparisonOperator,
  childNodes,
  type ExpressionNode,
  formatNumber,
} from "../language/syntax.ts";

/**
 * What an expression asks, without its layout: equal for `a > 1 and b > 2` and `b > 2 and 1 < a`.
 * Not all expressions that ask the same are equal here, but those that are equal ask the same.
 */
export function meaningOf(node: ExpressionNode): string {
  const head = headOf(node);
  const parts = childNodes(node).map(meaningOf);
  if (parts.length === 0) return head;
  if (node.kind === "and" || node.kind === "or")
    return joinedMeaning(node.kind, chainOf(node, node.kind).map(meaningOf));
  if (node.kind === "not" && node.value.kind === "relation") return denied(node.value);
  if (node.kind === "in") return amongMeaning(node);
  if (node.kind === "relation") return relationOf(node);
  if (node.kind === "list") return `list(${[...new Set(parts.sort())].join()})`;
  if (node.kind === "arithmetic" && node.operator === "*") return `${head}(${parts.sort().join()})`;
  return `${head}(${parts.join()})`;
}

/** What is said twice counts once. */
function joinedMeaning(kind: "and" | "or", parts: readonly string[]): string {
  const [only, ...others] = [...new Set(parts)].sort();
  return others.length === 0 ? String(only) : `${kind}(${[only, ...others].join()})`;
}

/** `not (mentions <= 3)` asks what `mentions > 3` asks. */
function denied(node: Relation): string {
  const [link, ...more] = node.rest;
  const operator = link && DENIED[link.operator];
  return operator && more.length === 0
    ? relationOf({ ...node, rest: [{ ...link, operator }] })
    : `not(${relationOf(node)})`;
}

const DENIED: Readonly<Record<string, ComparisonOperator>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
};

/** `chain in ("eth", "sol")` asks what `chain == "eth" or chain == "sol"` asks. */
function amongMeaning(node: Extract<ExpressionNode, { kind: "in" }>): string {
  const items = node.right.kind === "list" ? node.right.items : [node.right];
  const isWritten = items.every((item) => literalValue(item) !== undefined);
  const isList = node.left.kind === "list" || !isWritten;
  const asked = isList
    ? `in(${[node.left, node.right].map(meaningOf).join()})`
    : joinedMeaning(
        "or",
        items.map((right) =>
          relationOf({
            kind: "relation",
            first: node.left,
            rest: [{ operator: "==", right }],
            at: node.at,
          }),
        ),
      );
  return node.negated ? `not(${asked})` : asked;
}

/** The parts of a chain of `and` or `or`, in the order of the text; not (a or b) denies both. */
export function chainOf(node: ExpressionNode, kind: "and" | "or"): ExpressionNode[] {
  const found: ExpressionNode[] = [];
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    const { at } = next;
    if (next.kind === kind) open.push(next.right, next.left);
    else if (kind === "and" && next.kind === "not" && next.value.kind === "or")
      for (const value of [next.value.right, next.value.left])
        open.push({ kind: "not", value, at });
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
    default:
      return node.kind;
  }
}
