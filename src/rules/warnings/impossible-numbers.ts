import type { FactVocabulary } from "../../model/facts.ts";
import { canonicalNames } from "../condition.ts";
import { literalValue } from "../language/clauses.ts";
import { type ComparisonOperator, type ExpressionNode, walkNodes } from "../language/syntax.ts";
import type { ExpressionFault } from "../language/traps.ts";
import { meaningOf } from "./meaning.ts";
import { type NumberRange, numberRange, rangeOfFact } from "./number-range.ts";

type Verdict = "never" | "always" | undefined;

/**
 * Comparisons that the bounds of the facts decide: a share above 1, a count below 0, a flag that
 * is 2.
 */
export function impossibleNumbers(
  node: ExpressionNode,
  text: string,
  vocabulary: FactVocabulary,
): ExpressionFault[] {
  if (node.kind === "in") return impossibleItems(node, vocabulary);
  if (node.kind !== "relation") return [];
  let left = node.first;
  return node.rest.flatMap(({ operator, right }): ExpressionFault[] => {
    const sides = [left, right] as const;
    left = right;
    const at = [sides[0].at[0], sides[1].at[1]] as const;
    const order = faultOfOrder(operator, sides);
    if (order !== undefined) return [{ message: `${text.slice(...at)} never holds: ${order}`, at }];
    const verdict = verdictOf(
      operator,
      numberRange(sides[0], vocabulary),
      numberRange(sides[1], vocabulary),
    );
    if (!sides.some(readsFact))
      return verdict === "never" ? [{ message: `${text.slice(...at)} never holds`, at }] : [];
    if (verdict === undefined) return [];
    const said = verdict === "never" ? "never holds" : "always holds where the facts are known";
    const suggestion = unitAdvice(sides, vocabulary);
    return [
      {
        message: `${text.slice(...at)} ${said}: ${boundsSaid(sides, text, vocabulary)}`,
        at,
        ...(suggestion && { suggestion }),
      },
    ];
  });
}

/** Of each pair the first is never more than the second. */
const NEVER_MORE: readonly (readonly [string, string])[] = [
  ["copies", "mentions"],
  ["evidence_count", "mentions"],
  ["unique_authors", "evidence_count"],
  ["unique_authors", "mentions"],
  ["sentiment_min", "sentiment"],
  ["sentiment_min", "sentiment_max"],
  ["sentiment", "sentiment_max"],
];

/** A value beside itself, and facts of which one is a part of the other. */
function faultOfOrder(
  operator: ComparisonOperator,
  sides: readonly [ExpressionNode, ExpressionNode],
): string | undefined {
  if (!sides.every(readsFact)) return undefined;
  const [a, b] = sides.map(meaningOf);
  if (a === b && ["<", ">", "!="].includes(operator)) return "both sides are the same";
  const [more, less] = operator === ">" ? [a, b] : operator === "<" ? [b, a] : [];
  return NEVER_MORE.some(([part, whole]) => part === more && whole === less)
    ? `${more} is never more than ${less}`
    : undefined;
}

const readsFact = (node: ExpressionNode): boolean =>
  walkNodes(node).some(({ kind }) => kind === "name");

/** "always" only where the two cannot even touch: `mentions >= 0` asks whether they are known. */
function verdictOf(operator: ComparisonOperator, a: NumberRange, b: NumberRange): Verdict {
  const below = a.most < b.least;
  const above = a.least > b.most;
  switch (operator) {
    case "<":
      return a.least >= b.most ? "never" : below ? "always" : undefined;
    case "<=":
      return above ? "never" : below ? "always" : undefined;
    case ">":
      return a.most <= b.least ? "never" : above ? "always" : undefined;
    case ">=":
      return below ? "never" : above ? "always" : undefined;
    case "==":
      return below || above || neverEqual(a, b) ? "never" : undefined;
    case "!=":
      return below || above || neverEqual(a, b) ? "always" : undefined;
    default:
      return undefined;
  }
}

/** A number without decimals beside one that has some. */
const neverEqual = (a: NumberRange, b: NumberRange): boolean =>
  (a.whole && b.least === b.most && !b.whole) || (b.whole && a.least === a.most && !a.whole);

function impossibleItems(
  node: Extract<ExpressionNode, { kind: "in" }>,
  vocabulary: FactVocabulary,
): ExpressionFault[] {
  if (node.left.kind !== "name") return [];
  const { name } = node.left;
  const range = rangeOfFact(name, vocabulary);
  const items = node.right.kind === "list" ? node.right.items : [node.right];
  return items.flatMap((item) => {
    const value = literalValue(item);
    if (typeof value !== "number") return [];
    const fits = value >= range.least && value <= range.most;
    return fits && (!range.whole || Number.isInteger(value))
      ? []
      : [{ message: `${name} is never ${value}: it is ${rangeSaid(range)}`, at: item.at }];
  });
}

function boundsSaid(
  sides: readonly ExpressionNode[],
  text: string,
  vocabulary: FactVocabulary,
): string {
  return sides
    .filter(readsFact)
    .map((side) => `${text.slice(...side.at)} is ${rangeSaid(numberRange(side, vocabulary))}`)
    .join(" and ");
}

function rangeSaid({ least, most, whole }: NumberRange): string {
  const number = whole ? "a whole number" : "a number";
  if (whole && least === 0 && most === 1) return "0 or 1";
  if (least === Number.NEGATIVE_INFINITY)
    return most === Number.POSITIVE_INFINITY ? number : `at most ${most}`;
  if (most !== Number.POSITIVE_INFINITY) return `${least} to ${most}`;
  return `${whole ? "a whole number, " : ""}${least} or more`;
}

/** A share that is compared with a percentage. */
function unitAdvice(
  sides: readonly ExpressionNode[],
  vocabulary: FactVocabulary,
): string | undefined {
  const share = sides.some(
    (side) => side.kind === "name" && vocabulary[canonicalNames(side.name)]?.unit === "0..1",
  );
  const value = sides.map(literalValue).find((written) => typeof written === "number");
  return share && value !== undefined && value > 1 && value <= 100
    ? `${value} % is written ${value / 100}`
    : undefined;
}
