import { mod, num, numstr, str } from "filtrex/dist/esnext/utils.mjs";
import { checkLength } from "./budget.ts";
import type { Evaluate, LanguageDialect } from "./dialect.ts";
import type { ArithmeticNode, ComparisonOperator, ExpressionNode } from "./syntax.ts";

type Binary = (a: unknown, b: unknown) => unknown;
type Unknown = (value: unknown) => boolean;

const ARITHMETIC: Record<ArithmeticNode, Binary> = {
  // Two operands of filtrex's + may be of different types: JavaScript's + then joins them as text.
  "+": (a, b) => checkLength((numstr(a) as number) + (numstr(b) as number)),
  // filtrex's one function serves both minuses, so that subtracting undefined negates.
  "-": (a, b) => (b === undefined ? -num(a) : num(a) - num(b)),
  "*": (a, b) => num(a) * num(b),
  "/": (a, b) => num(a) / num(b),
  "^": (a, b) => num(a) ** num(b),
  mod: (a, b) => mod(num(a), num(b)),
};

export function applyArithmetic(
  operator: ArithmeticNode,
  left: Evaluate,
  right: Evaluate,
  unknown: Unknown,
): Evaluate {
  const apply = ARITHMETIC[operator];
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    return unknown(a) || unknown(b) ? null : apply(a, b);
  };
}

export const negate =
  (value: Evaluate, unknown: Unknown): Evaluate =>
  (frame) => {
    const v = value(frame);
    return unknown(v) ? null : -num(v);
  };

/** Given values that are no plain numbers: text, lists, nothing at all. */
const COMPARE: Record<Exclude<ComparisonOperator, "~=">, (a: unknown, b: unknown) => boolean> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => num(a) < num(b),
  "<=": (a, b) => num(a) <= num(b),
  ">=": (a, b) => num(a) >= num(b),
  ">": (a, b) => num(a) > num(b),
};

type Relation = Extract<ExpressionNode, { kind: "relation" }>;

/**
 * `a < b < c` compares neighbours and stops at the first that fails; each operand is evaluated
 * once.
 */
export function applyComparison(
  node: Relation,
  of: (part: ExpressionNode) => Evaluate,
  dialect: LanguageDialect,
): Evaluate {
  const first = of(node.first);
  const links = node.rest.map((link) => ({
    compare: comparer(link, dialect),
    right: of(link.right),
  }));
  return (frame) => {
    let left = first(frame);
    let result: unknown = true;
    for (const { compare, right } of links) {
      const value = right(frame);
      const holds = compare(left, value);
      if (holds === false) return false;
      if (holds === null) result = null;
      left = value;
    }
    return result;
  };
}

function comparer(
  { operator, right }: Relation["rest"][number],
  { unknown, matcher }: LanguageDialect,
): Binary {
  if (operator === "~=") {
    const fixed = right.kind === "text" ? lazily(() => matcher(right.value)) : undefined;
    return (a, b) => {
      if (unknown(a) || unknown(b)) return null;
      const matches = fixed ? fixed() : matcher(str(b));
      return matches(str(a));
    };
  }
  const compare = COMPARE[operator];
  return (a, b) => (unknown(a) || unknown(b) ? null : compare(a, b));
}

/**
 * A pattern that does not compile is an error of the evaluation, as in filtrex, not of the
 * compilation.
 */
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
