import { nearestName } from "../../kit/nearest-name.ts";
import type { FactKind, FactVocabulary } from "../../model/facts.ts";
import { Level } from "../../model/scalars.ts";
import { canonicalNames } from "../condition.ts";
import type { ExpressionNode } from "../language/syntax.ts";
import type { ExpressionFault } from "../language/traps.ts";

/** A comparison with a text that the fact never is: a rule that looks alive and never matches. */
export function impossibleTexts(
  node: ExpressionNode,
  vocabulary: FactVocabulary,
): ExpressionFault[] {
  const [name, ...texts] = comparedTexts(node);
  const kind = name && kindOf(name.name, vocabulary);
  if (!kind) return [];
  return texts.flatMap(({ value, at, isPattern }) => {
    const fault = isPattern
      ? faultOfPattern(name.name, value, kind)
      : faultOf(name.name, value, kind);
    return fault ? [{ ...fault, at }] : [];
  });
}

type Name = Extract<ExpressionNode, { kind: "name" }>;
type Written = { value: string; at: ExpressionNode["at"]; isPattern: boolean };
type TextFault = Pick<ExpressionFault, "message" | "suggestion">;

/** A fact, and the texts that it is compared with. */
function comparedTexts(node: ExpressionNode): [Name, ...Written[]] | [] {
  const operands = operandsOf(node);
  const isPattern = node.kind === "relation" && node.rest[0]?.operator === "~=";
  const [name, second] = operands.filter((operand) => operand.kind === "name");
  const texts = operands
    .filter((operand) => operand.kind === "text")
    .map(({ value, at }) => ({ value, at, isPattern }));
  return name && !second ? [name, ...texts] : [];
}

function operandsOf(node: ExpressionNode): ExpressionNode[] {
  if (node.kind === "in") return [...itemsOf(node.left), ...itemsOf(node.right)];
  if (node.kind !== "relation") return [];
  const [link, ...more] = node.rest;
  const isMatch = link?.operator === "~=" && more.length === 0;
  return isMatch || node.rest.every(({ operator }) => operator === "==" || operator === "!=")
    ? [node.first, ...node.rest.map(({ right }) => right)]
    : [];
}

const itemsOf = (node: ExpressionNode): ExpressionNode[] =>
  node.kind === "list" ? node.items : [node];

function kindOf(name: string, vocabulary: FactVocabulary): FactKind | undefined {
  if (name === "level") return { type: "string", provider: "rules", values: Level.options };
  const fact = canonicalNames(name);
  return Object.hasOwn(vocabulary, fact) ? vocabulary[fact] : undefined;
}

function faultOf(
  name: string,
  value: string,
  { type, values, form }: FactKind,
): TextFault | undefined {
  if (values) {
    if (values.includes(value)) return undefined;
    return {
      message: `${name} is never ${JSON.stringify(value)}: it is ${values.join(", ")}`,
      ...asked(nearestName(value, values)),
    };
  }
  if (!form || form.pattern.test(value)) return undefined;
  const rewritten = form.rewrite?.(value);
  const relation = type === "list" ? "never holds" : "is never";
  return {
    message: `${name} ${relation} ${JSON.stringify(value)}: it is written ${form.description}`,
    ...asked(rewritten !== undefined && form.pattern.test(rewritten) ? rewritten : undefined),
  };
}

const asked = (near: string | undefined): Pick<TextFault, "suggestion"> =>
  near === undefined ? {} : { suggestion: `did you mean ${JSON.stringify(near)}?` };

/** Written-out characters and anchors alone. What else a pattern may match is not judged. */
const PLAIN_PATTERN = /^\^?([^\\^$.*+?()[\]{}|]+)\$?$/;

/** A pattern of plain characters in a case that the fact never has. */
function faultOfPattern(name: string, pattern: string, kind: FactKind): TextFault | undefined {
  const literal = PLAIN_PATTERN.exec(pattern)?.[1];
  if (literal === undefined) return undefined;
  if (kind.values) {
    if (kind.values.some((value) => value.includes(literal))) return undefined;
    return {
      message: `${name} never matches ${JSON.stringify(pattern)}: it is ${kind.values.join(", ")}`,
    };
  }
  const rewritten = kind.form?.rewrite?.(literal);
  if (!kind.form || rewritten?.toLowerCase() !== literal.toLowerCase() || rewritten === literal)
    return undefined;
  const written = kind.form.description;
  return {
    message: `${name} never matches ${JSON.stringify(pattern)}: it is written ${written}`,
    ...asked(pattern.replace(literal, rewritten)),
  };
}
