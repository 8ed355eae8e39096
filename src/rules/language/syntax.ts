/** Half-open range of characters in the expression's text. */
export type SourceSpan = readonly [start: number, end: number];

export type ArithmeticNode = "+" | "-" | "*" | "/" | "^" | "mod";
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">=" | ">" | "~=";
/** Forms that filtrex 3 still reads but advises against: `%` and `a ? b : c`. */
type Spelling = { deprecated: boolean };

/**
 * A filtrex expression as a tree. Parentheses leave no node; `a < b < c` is one relation, evaluated
 * left to right.
 */
export type ExpressionNode = { at: SourceSpan } & (
  | { kind: "number"; digits: string }
  | { kind: "text"; value: string }
  | { kind: "name"; name: string; quoted: boolean }
  | { kind: "property"; name: string; quoted: boolean; of: ExpressionNode }
  | { kind: "call"; name: string; args: ExpressionNode[] }
  | { kind: "list"; items: ExpressionNode[] }
  | { kind: "negative"; value: ExpressionNode }
  | ({
      kind: "arithmetic";
      operator: ArithmeticNode;
      left: ExpressionNode;
      right: ExpressionNode;
    } & Spelling)
  | { kind: "not"; value: ExpressionNode }
  | { kind: "and" | "or"; left: ExpressionNode; right: ExpressionNode }
  | { kind: "in"; negated: boolean; left: ExpressionNode; right: ExpressionNode }
  | { kind: "relation"; first: ExpressionNode; rest: ComparisonNode[] }
  | ({
      kind: "if";
      test: ExpressionNode;
      consequent: ExpressionNode;
      alternative: ExpressionNode;
    } & Spelling)
);

export type ComparisonNode = { operator: ComparisonOperator; right: ExpressionNode };

/**
 * filtrex hands digits to JavaScript as they are: a leading zero makes them octal, unless an 8 or 9
 * stands among them.
 */
export function formatNumber(digits: string): number {
  if (!/^0[0-7]+(\.|$)/.test(digits)) return Number(digits);
  if (digits.includes("."))
    throw new SyntaxError(`${digits} is no number: a leading zero makes it octal`);
  return Number.parseInt(digits, 8);
}

/** The direct parts of an expression, in the order they are written. */
export function childNodes(node: ExpressionNode): ExpressionNode[] {
  switch (node.kind) {
    case "number":
    case "text":
    case "name":
      return [];
    case "property":
      return [node.of];
    case "call":
      return node.args;
    case "list":
      return node.items;
    case "negative":
    case "not":
      return [node.value];
    case "relation":
      return [node.first, ...node.rest.map((link) => link.right)];
    case "if":
      return [node.test, node.consequent, node.alternative];
    default:
      return [node.left, node.right];
  }
}

/** The expression and everything inside it, outermost first, as written. */
export function walkNodes(node: ExpressionNode): ExpressionNode[] {
  const found: ExpressionNode[] = [];
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    found.push(next);
    open.push(...childNodes(next).toReversed());
  }
  return found;
}

/** A copy in which `change` has replaced what it answers for; the rest is as it was. */
export function mapNode(
  node: ExpressionNode,
  change: (node: ExpressionNode) => ExpressionNode | undefined,
): ExpressionNode {
  const changed = change(node);
  if (changed) return changed;
  const of = (part: ExpressionNode) => mapNode(part, change);
  switch (node.kind) {
    case "number":
    case "text":
    case "name":
      return node;
    case "property":
      return { ...node, of: of(node.of) };
    case "call":
      return { ...node, args: node.args.map(of) };
    case "list":
      return { ...node, items: node.items.map(of) };
    case "negative":
    case "not":
      return { ...node, value: of(node.value) };
    case "relation":
      return {
        ...node,
        first: of(node.first),
        rest: node.rest.map((link) => ({ ...link, right: of(link.right) })),
      };
    case "if":
      return {
        ...node,
        test: of(node.test),
        consequent: of(node.consequent),
        alternative: of(node.alternative),
      };
    default:
      return { ...node, left: of(node.left), right: of(node.right) };
  }
}
