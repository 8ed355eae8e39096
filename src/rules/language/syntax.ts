/** Half-open range of characters in the expression's text. */
export type Span = readonly [start: number, end: number];

export type Arithmetic = "+" | "-" | "*" | "/" | "^" | "mod";
export type Comparison = "==" | "!=" | "<" | "<=" | ">=" | ">" | "~=";
/** Forms that filtrex 3 still reads but advises against: `%` and `a ? b : c`. */
type Spelling = { deprecated: boolean };

/**
 * A filtrex expression as a tree. Parentheses leave no node; `a < b < c` is one relation, evaluated
 * left to right.
 */
export type Expression = { at: Span } & (
  | { kind: "number"; digits: string }
  | { kind: "text"; value: string }
  | { kind: "name"; name: string; quoted: boolean }
  | { kind: "property"; name: string; quoted: boolean; of: Expression }
  | { kind: "call"; name: string; args: Expression[] }
  | { kind: "list"; items: Expression[] }
  | { kind: "negative"; value: Expression }
  | ({ kind: "arithmetic"; operator: Arithmetic; left: Expression; right: Expression } & Spelling)
  | { kind: "not"; value: Expression }
  | { kind: "and" | "or"; left: Expression; right: Expression }
  | { kind: "in"; negated: boolean; left: Expression; right: Expression }
  | { kind: "relation"; first: Expression; rest: Compared[] }
  | ({ kind: "if"; test: Expression; consequent: Expression; alternative: Expression } & Spelling)
);

export type Compared = { operator: Comparison; right: Expression };

/**
 * filtrex hands digits to JavaScript as they are: a leading zero makes them octal, unless an 8 or 9
 * stands among them.
 */
export function numeral(digits: string): number {
  if (!/^0[0-7]+(\.|$)/.test(digits)) return Number(digits);
  if (digits.includes("."))
    throw new SyntaxError(`${digits} is no number: a leading zero makes it octal`);
  return Number.parseInt(digits, 8);
}

/** The direct parts of an expression, in the order they are written. */
export function parts(node: Expression): Expression[] {
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
export function walk(node: Expression): Expression[] {
  const found: Expression[] = [];
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    found.push(next);
    open.push(...parts(next).reverse());
  }
  return found;
}

/** A copy in which `change` has replaced what it answers for; the rest is as it was. */
export function mapped(
  node: Expression,
  change: (node: Expression) => Expression | undefined,
): Expression {
  const changed = change(node);
  if (changed) return changed;
  const of = (part: Expression) => mapped(part, change);
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
