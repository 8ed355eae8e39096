import type { FactVocabulary } from "../../model/facts.ts";
import type { RuleCondition } from "../condition.ts";
import { type ExpressionNode, walkNodes } from "../language/syntax.ts";
import type { ExpressionFault } from "../language/traps.ts";
import type { VariableReference } from "../variables.ts";
import { contradictions } from "./contradictions.ts";
import { impossibleNumbers } from "./impossible-numbers.ts";
import { impossibleTexts } from "./impossible-texts.ts";
import { opposedParts } from "./opposed-parts.ts";
import { negativeDefault } from "./shell-defaults.ts";

/**
 * What loads and is probably not meant: comparisons that the facts decide beforehand, conditions
 * that contradict each other, forms that will go. `references` are the settings in the text.
 */
export function warningsOf(
  { expression, text }: RuleCondition,
  references: readonly VariableReference[],
  vocabulary: FactVocabulary,
): ExpressionFault[] {
  const nodes = walkNodes(expression);
  const own = [
    ...references.flatMap((reference) => negativeDefault(reference, expression, vocabulary)),
    ...nodes.flatMap((node) => [
      ...oldSpelling(node),
      ...impossibleTexts(node, vocabulary),
      ...impossibleNumbers(node, text, vocabulary),
    ]),
  ];
  const said = own.filter((fault, i) => !own.slice(0, i).some((earlier) => covers(earlier, fault)));
  const longest = new Set(
    nodes.flatMap((node) => (node.kind === "and" ? [node.left, node.right] : [])),
  );
  const contradicting = nodes
    .filter((node) => !longest.has(node))
    .flatMap((node) => {
      const found = contradictions(node, text, vocabulary);
      return found.length > 0 ? found : opposedParts(node, text);
    });
  return [...said, ...contradicting.filter((fault) => !said.some((part) => covers(fault, part)))];
}

const covers = (outer: ExpressionFault, inner: ExpressionFault): boolean =>
  outer.at[0] <= inner.at[0] && inner.at[1] <= outer.at[1];

/** filtrex 3 still reads `%` and `? :`; its next version will not. */
function oldSpelling(node: ExpressionNode): ExpressionFault[] {
  if (!("deprecated" in node && node.deprecated)) return [];
  const [message, suggestion] =
    node.kind === "if"
      ? ["a ? b : c is old", "write if a then b else c"]
      : ["% is old", "write mod"];
  return [{ message, suggestion, at: node.at }];
}
