import type { FactVocabulary } from "../../model/facts.ts";
import { canonicalNames } from "../condition.ts";
import { type ExpressionNode, formatNumber } from "../language/syntax.ts";

/** All that a number expression can be. Both ends belong to it; infinite where nothing is known. */
export type NumberRange = { least: number; most: number; whole: boolean };

const ANY: NumberRange = {
  least: Number.NEGATIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
  whole: false,
};
const NOT_NEGATIVE: NumberRange = { ...ANY, least: 0 };

/** Interval arithmetic over the bounds of the facts. Never narrower than what can happen. */
export function numberRange(node: ExpressionNode, vocabulary: FactVocabulary): NumberRange {
  const of = (part: ExpressionNode) => numberRange(part, vocabulary);
  switch (node.kind) {
    case "number":
      return exactly(formatNumber(node.digits));
    case "name":
      return rangeOfFact(node.name, vocabulary);
    case "negative":
      return negated(of(node.value));
    case "call":
      return rangeOfCall(node.name, node.args.map(of));
    case "if":
      return hull([of(node.consequent), of(node.alternative)]);
    case "arithmetic":
      return rangeOfArithmetic(node.operator, of(node.left), of(node.right));
    default:
      return ANY;
  }
}

export function rangeOfFact(name: string, vocabulary: FactVocabulary): NumberRange {
  const fact = canonicalNames(name);
  const kind = Object.hasOwn(vocabulary, fact) ? vocabulary[fact] : undefined;
  if (kind?.type !== "number") return ANY;
  return {
    least: kind.least ?? ANY.least,
    most: kind.most ?? ANY.most,
    whole: kind.whole ?? false,
  };
}

const exactly = (value: number): NumberRange => ({
  least: value,
  most: value,
  whole: Number.isInteger(value),
});

const negated = ({ least, most, whole }: NumberRange): NumberRange => ({
  least: -most,
  most: -least,
  whole,
});

const hull = (ranges: readonly NumberRange[]): NumberRange => ({
  least: Math.min(...ranges.map(({ least }) => least)),
  most: Math.max(...ranges.map(({ most }) => most)),
  whole: ranges.every(({ whole }) => whole),
});

type Operator = Extract<ExpressionNode, { kind: "arithmetic" }>["operator"];

function rangeOfArithmetic(operator: Operator, a: NumberRange, b: NumberRange): NumberRange {
  const whole = a.whole && b.whole;
  switch (operator) {
    case "+":
      return { least: a.least + b.least, most: a.most + b.most, whole };
    case "-":
      return rangeOfArithmetic("+", a, negated(b));
    case "*":
      return { ...spanned(a, b, (x, y) => x * y), whole };
    case "/":
      if (b.least <= 0 && b.most >= 0) return a.least >= 0 && b.least >= 0 ? NOT_NEGATIVE : ANY;
      return { ...spanned(a, b, (x, y) => x / y), whole: false };
    case "^":
      return a.least >= 0 ? NOT_NEGATIVE : ANY;
    case "mod":
      // What is left over is below the divisor.
      return b.least > 0 ? { least: 0, most: whole ? b.most - 1 : b.most, whole } : ANY;
  }
}

/** The ends of both combined. Infinity times or by zero counts as zero: that end is never reached. */
function spanned(
  a: NumberRange,
  b: NumberRange,
  combine: (x: number, y: number) => number,
): Pick<NumberRange, "least" | "most"> {
  const ends = [a.least, a.most].flatMap((x) =>
    [b.least, b.most].map((y) => combine(x, y)).map((end) => (Number.isNaN(end) ? 0 : end)),
  );
  return { least: Math.min(...ends), most: Math.max(...ends) };
}

function rangeOfCall(name: string, args: readonly NumberRange[]): NumberRange {
  const [first = ANY] = args;
  switch (name) {
    case "abs": {
      const ends = [Math.abs(first.least), Math.abs(first.most)];
      const least = first.least <= 0 && first.most >= 0 ? 0 : Math.min(...ends);
      return { least, most: Math.max(...ends), whole: first.whole };
    }
    case "ceil":
      return { least: Math.ceil(first.least), most: Math.ceil(first.most), whole: true };
    case "floor":
      return { least: Math.floor(first.least), most: Math.floor(first.most), whole: true };
    case "round":
      return { least: Math.round(first.least), most: Math.round(first.most), whole: true };
    case "max":
      return { ...hull(args), least: Math.max(...args.map(({ least }) => least)) };
    case "min":
      return { ...hull(args), most: Math.min(...args.map(({ most }) => most)) };
    case "sqrt":
      return NOT_NEGATIVE;
    default:
      return ANY;
  }
}
