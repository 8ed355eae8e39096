import { nearestName } from "../kit/nearest-name.ts";
import type { FactVocabulary } from "../model/facts.ts";
import { Level } from "../model/scalars.ts";
import type { RuleCondition } from "./condition.ts";
import { canonicalNames } from "./condition.ts";
import { type ExpressionNode, walkNodes } from "./language/syntax.ts";
import type { ExpressionFault } from "./language/traps.ts";

/** What loads and is probably not meant. */
export const warningsOf = (
  { expression }: RuleCondition,
  vocabulary: FactVocabulary,
): ExpressionFault[] =>
  walkNodes(expression).flatMap((node) => [
    ...oldSpelling(node),
    ...strangeTexts(node, vocabulary),
  ]);

/** filtrex 3 still reads `%` and `? :`; its next version will not. */
function oldSpelling(node: ExpressionNode): ExpressionFault[] {
  if (!("deprecated" in node && node.deprecated)) return [];
  const [message, suggestion] =
    node.kind === "if"
      ? ["a ? b : c is old", "write if a then b else c"]
      : ["% is old", "write mod"];
  return [{ message, suggestion, at: node.at }];
}

/** A comparison with a text that the fact never is: a rule that looks alive and never matches. */
function strangeTexts(node: ExpressionNode, vocabulary: FactVocabulary): ExpressionFault[] {
  const [name, ...texts] = comparedTexts(node);
  const values = name && valuesOf(name, vocabulary);
  if (!values) return [];
  return texts
    .filter((text) => !values.includes(text.value))
    .map(({ value, at }) => {
      const near = nearestName(value, values);
      const suggestion = near ? `did you mean ${JSON.stringify(near)}?` : undefined;
      return {
        message: `${name.name} is never ${JSON.stringify(value)}: it is ${values.join(", ")}`,
        at,
        ...(suggestion && { suggestion }),
      };
    });
}

type Name = Extract<ExpressionNode, { kind: "name" }>;
type Text = Extract<ExpressionNode, { kind: "text" }>;

/** A fact, and the texts that it is compared with. */
function comparedTexts(node: ExpressionNode): [Name, ...Text[]] | [] {
  const operands =
    node.kind === "in"
      ? [node.left, ...(node.right.kind === "list" ? node.right.items : [node.right])]
      : node.kind === "relation" &&
          node.rest.every(({ operator }) => operator === "==" || operator === "!=")
        ? [node.first, ...node.rest.map(({ right }) => right)]
        : [];
  const names = operands.filter((operand) => operand.kind === "name");
  const texts = operands.filter((operand) => operand.kind === "text");
  const [name, second] = names;
  return name && !second ? [name, ...texts] : [];
}

function valuesOf({ name }: Name, vocabulary: FactVocabulary): readonly string[] | undefined {
  if (name === "level") return Level.options;
  const fact = canonicalNames(name);
  return Object.hasOwn(vocabulary, fact) ? vocabulary[fact]?.values : undefined;
}
