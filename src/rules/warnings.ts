import { nearestName } from "../kit/nearest-name.ts";
import type { FactVocabulary } from "../model/facts.ts";
import { Level } from "../model/scalars.ts";
import type { Condition } from "./condition.ts";
import { canonical } from "./condition.ts";
import { type Expression, walk } from "./language/syntax.ts";
import type { Fault } from "./language/traps.ts";

/** What loads and is probably not meant. */
export const warningsOf = ({ expression }: Condition, vocabulary: FactVocabulary): Fault[] =>
  walk(expression).flatMap((node) => [...oldSpelling(node), ...strangeTexts(node, vocabulary)]);

/** filtrex 3 still reads `%` and `? :`; its next version will not. */
function oldSpelling(node: Expression): Fault[] {
  if (!("deprecated" in node && node.deprecated)) return [];
  const [message, mend] =
    node.kind === "if"
      ? ["a ? b : c is old", "write if a then b else c"]
      : ["% is old", "write mod"];
  return [{ message, mend, at: node.at }];
}

/** A comparison with a text that the fact never is: a rule that looks alive and never matches. */
function strangeTexts(node: Expression, vocabulary: FactVocabulary): Fault[] {
  const [name, ...texts] = comparedTexts(node);
  const values = name && valuesOf(name, vocabulary);
  if (!values) return [];
  return texts
    .filter((text) => !values.includes(text.value))
    .map(({ value, at }) => {
      const near = nearestName(value, values);
      const mend = near ? `did you mean ${JSON.stringify(near)}?` : undefined;
      return {
        message: `${name.name} is never ${JSON.stringify(value)}: it is ${values.join(", ")}`,
        at,
        ...(mend && { mend }),
      };
    });
}

type Name = Extract<Expression, { kind: "name" }>;
type Text = Extract<Expression, { kind: "text" }>;

/** A fact, and the texts that it is compared with. */
function comparedTexts(node: Expression): [Name, ...Text[]] | [] {
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
  const fact = canonical(name);
  return Object.hasOwn(vocabulary, fact) ? vocabulary[fact]?.values : undefined;
}
