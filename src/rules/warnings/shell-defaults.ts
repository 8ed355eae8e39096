import type { FactVocabulary } from "../../model/facts.ts";
import { type ExpressionNode, walkNodes } from "../language/syntax.ts";
import type { ExpressionFault } from "../language/traps.ts";
import type { VariableReference } from "../variables.ts";
import { rangeOfFact } from "./number-range.ts";

export const NEGATIVE = /^-(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** `${NAME:-green}`: the shell's sign for a default. Here the minus belongs to the text. */
export function shellDefault({ name, fallback, span }: VariableReference): ExpressionFault[] {
  if (fallback === undefined || !fallback.startsWith("-") || NEGATIVE.test(fallback)) return [];
  return [
    {
      message: `the default of ${name} is ${JSON.stringify(fallback)}: a default is written \`:\``,
      at: span,
      ...suggestion(name, fallback),
    },
  ];
}

/**
 * `mentions > ${NAME:-5}` compares with minus 5. Reported where no fact of the comparison is ever
 * negative; else minus 5 may well be meant.
 */
export function negativeDefault(
  { name, fallback, span }: VariableReference,
  expression: ExpressionNode,
  vocabulary: FactVocabulary,
): ExpressionFault[] {
  if (fallback === undefined || !NEGATIVE.test(fallback)) return [];
  const around = walkNodes(expression)
    .filter(({ kind, at }) => isComparison(kind) && at[0] <= span[0] && span[1] <= at[1])
    .at(-1);
  const names = around
    ? walkNodes(around).flatMap((node) => (node.kind === "name" ? node.name : []))
    : [];
  if (!around || names.length === 0) return [];
  if (names.some((fact) => rangeOfFact(fact, vocabulary).least < 0)) return [];
  return [
    {
      message: `the default of ${name} is minus ${fallback.slice(1)}: a default is written \`:\``,
      at: around.at,
      ...suggestion(name, fallback),
    },
  ];
}

const isComparison = (kind: ExpressionNode["kind"]): boolean =>
  kind === "relation" || kind === "in";

const suggestion = (name: string, fallback: string) => ({
  suggestion: `write \${${name}:${fallback.slice(1)}}`,
});
