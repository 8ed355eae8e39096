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
  const joined = joinedTexts(node);
  if (joined) return [joined];
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

/** `symbol in "BTC ETH"`: one text, where several are meant. */
function joinedTexts(node: ExpressionNode): ExpressionFault | undefined {
  if (node.kind !== "in" || node.left.kind !== "name" || node.right.kind !== "text")
    return undefined;
  const words = node.right.value.split(/[\s,;|]+/).filter((word) => word !== "");
  if (words.length < 2) return undefined;
  const list = words.map((word) => JSON.stringify(word)).join(", ");
  return {
    message: `in ${JSON.stringify(node.right.value)} asks for one text, not for its words`,
    suggestion: `write ${node.left.name} ${node.negated ? "not in" : "in"} (${list})`,
    at: node.at,
  };
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

/** Written-out words and anchors alone. What else a pattern may match is not judged. */
const PLAIN_PATTERN = /^\^?(?:([^\\^$.*+?()[\]{}|]+)|\((?:\?:)?([^\\^$.*+?()[\]{}]+)\))\$?$/;

/** A pattern of plain words, of which one is in a case that the fact never has. */
function faultOfPattern(name: string, pattern: string, kind: FactKind): TextFault | undefined {
  const [, single, several = ""] = PLAIN_PATTERN.exec(pattern) ?? [];
  const literals = single === undefined ? several.split("|") : [single];
  return literals
    .filter((literal) => literal !== "")
    .map((literal) => faultOfLiteral(name, pattern, literal, kind))
    .find((fault) => fault !== undefined);
}

function faultOfLiteral(
  name: string,
  pattern: string,
  literal: string,
  kind: FactKind,
): TextFault | undefined {
  if (kind.values) {
    if (kind.values.some((value) => value.includes(literal))) return undefined;
    return {
      message: `${name} never matches ${JSON.stringify(literal)}: it is ${kind.values.join(", ")}`,
    };
  }
  const rewritten = kind.form?.rewrite?.(literal);
  if (!kind.form || rewritten?.toLowerCase() !== literal.toLowerCase() || rewritten === literal)
    return undefined;
  const written = kind.form.description;
  return {
    message: `${name} never matches ${JSON.stringify(literal)}: it is written ${written}`,
    ...asked(pattern.replace(literal, rewritten)),
  };
}
