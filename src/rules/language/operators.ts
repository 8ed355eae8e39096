import { mod, num, numstr, str } from "filtrex/dist/esnext/utils.mjs";
import type { Dialect, Evaluate } from "./compile.ts";
import type { Arithmetic, Comparison, Expression } from "./syntax.ts";

type Binary = (a: unknown, b: unknown) => unknown;
type Unknown = (value: unknown) => boolean;

const ARITHMETIC: Record<Arithmetic, Binary> = {
  // Two operands of filtrex's + may be of different types: JavaScript's + then joins them as text.
  "+": (a, b) => (numstr(a) as number) + (numstr(b) as number),
  // filtrex's one function serves both minuses, so that subtracting undefined negates.
  "-": (a, b) => (b === undefined ? -num(a) : num(a) - num(b)),
  "*": (a, b) => num(a) * num(b),
  "/": (a, b) => num(a) / num(b),
  "^": (a, b) => num(a) ** num(b),
  mod: (a, b) => mod(num(a), num(b)),
};

export function arithmetic<Frame>(
  operator: Arithmetic,
  left: Evaluate<Frame>,
  right: Evaluate<Frame>,
  unknown: Unknown,
): Evaluate<Frame> {
  const apply = ARITHMETIC[operator];
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    return unknown(a) || unknown(b) ? null : apply(a, b);
  };
}

export const negative =
  <Frame>(value: Evaluate<Frame>, unknown: Unknown): Evaluate<Frame> =>
  (frame) => {
    const v = value(frame);
    return unknown(v) ? null : -num(v);
  };

/** Given values that are no plain numbers: text, lists, nothing at all. */
const COMPARE: Record<Exclude<Comparison, "~=">, (a: unknown, b: unknown) => boolean> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => num(a) < num(b),
  "<=": (a, b) => num(a) <= num(b),
  ">=": (a, b) => num(a) >= num(b),
  ">": (a, b) => num(a) > num(b),
};

type Relation = Extract<Expression, { kind: "relation" }>;

/** `a < b < c` compares neighbours and stops at the first that fails; each operand is evaluated once. */
export function comparison<Frame>(
  node: Relation,
  of: (part: Expression) => Evaluate<Frame>,
  dialect: Dialect<Frame>,
): Evaluate<Frame> {
  const [only, ...more] = node.rest;
  if (only && more.length === 0) return single(node.first, only, of, comparer(only, dialect), dialect.slot);
  const first = of(node.first);
  const links = node.rest.map((link) => ({ compare: comparer(link, dialect), right: of(link.right) }));
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

function comparer<Frame>({ operator, right }: Relation["rest"][number], { unknown, matcher }: Dialect<Frame>): Binary {
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

/** A pattern that does not compile is an error of the evaluation, as in filtrex, not of the compilation. */
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** One comparison, mostly of a fact with a value that is written out: the shape of nearly every condition. */
function single<Frame>(
  first: Expression,
  { operator, right }: Relation["rest"][number],
  of: (part: Expression) => Evaluate<Frame>,
  slow: Binary,
  slot: Dialect<Frame>["slot"],
): Evaluate<Frame> {
  const rightValue = of(right);
  if (slot && first.kind === "name" && (right.kind === "number" || right.kind === "text")) {
    const fixed: unknown = rightValue(undefined as never);
    const quick = withNumber(operator, slot(first.name), fixed, slow) ?? withText(operator, slot(first.name), fixed, slow);
    // A dialect that has slots has arrays for frames.
    if (quick) return quick as Evaluate<unknown> as Evaluate<Frame>;
  }
  const left = of(first);
  return (frame) => slow(left(frame), rightValue(frame));
}

type Quick = (frame: readonly unknown[]) => unknown;

/** Written out once per operator: with one closure for all, the engine could inline none of them, and this is where the time goes. */
function withNumber(operator: Comparison, at: number, k: unknown, slow: Binary): Quick | undefined {
  if (typeof k !== "number") return undefined;
  switch (operator) {
    case "<":
      return (frame) => {
        const v = frame[at];
        return typeof v === "number" ? v < k : slow(v, k);
      };
    case "<=":
      return (frame) => {
        const v = frame[at];
        return typeof v === "number" ? v <= k : slow(v, k);
      };
    case ">=":
      return (frame) => {
        const v = frame[at];
        return typeof v === "number" ? v >= k : slow(v, k);
      };
    case ">":
      return (frame) => {
        const v = frame[at];
        return typeof v === "number" ? v > k : slow(v, k);
      };
    default:
      return undefined;
  }
}

function withText(operator: Comparison, at: number, k: unknown, slow: Binary): Quick | undefined {
  if (typeof k !== "string" || operator !== "==") return undefined;
  return (frame) => {
    const v = frame[at];
    return typeof v === "string" ? v === k : slow(v, k);
  };
}
