import { nearestName } from "../../kit/nearest-name.ts";
import { linearPattern } from "./pattern.ts";
import { childNodes, type ExpressionNode, formatNumber } from "./syntax.ts";
import type { ExpressionFault } from "./traps.ts";

export type ValueType = "number" | "text" | "list" | "truth";
/** What a condition may name, and what kind of value stands behind each name. */
export type CheckScope = ReadonlyMap<string, ValueType>;

const MATHS = new Set([
  "abs",
  "ceil",
  "floor",
  "log",
  "log2",
  "log10",
  "max",
  "min",
  "round",
  "sqrt",
]);
const SAID: Record<ValueType, string> = {
  number: "a number",
  text: "text",
  list: "a list",
  truth: "true or false",
};

/**
 * Finds what would fail or could never hold, before a rule goes live: unknown names, values of the
 * wrong type, numbers that lie.
 */
export function checkExpression(
  expression: ExpressionNode,
  scope: CheckScope,
  wanted: ValueType,
): ExpressionFault[] {
  const faults: ExpressionFault[] = [];
  const got = typeOf(expression, scope, faults);
  if (faults.length === 0) expect(expression, got, wanted, faults);
  return faults;
}

/**
 * The type of a value, or undefined where a fault has been reported and nothing more can be said.
 */
function typeOf(
  node: ExpressionNode,
  scope: CheckScope,
  faults: ExpressionFault[],
): ValueType | undefined {
  switch (node.kind) {
    case "number":
      return number(node, faults);
    case "text":
      return "text";
    case "name":
      return name(node, scope, faults);
    case "relation":
      return relation(node, scope, faults);
    case "call":
      return call(node, scope, faults);
    case "in":
      return membership(node, scope, faults);
    case "if":
      return conditional(node, scope, faults);
    case "property":
      faults.push({ message: "facts have no parts: `of` finds nothing", at: node.at });
      return undefined;
    case "list":
      for (const item of node.items) typeOf(item, scope, faults);
      return "list";
    case "arithmetic":
      return sum(node, scope, faults);
    case "negative":
      return all(node, "number", scope, faults);
    default:
      return all(node, "truth", scope, faults);
  }
}

function expect(
  node: ExpressionNode,
  got: ValueType | undefined,
  wanted: ValueType,
  faults: ExpressionFault[],
): void {
  if (got === undefined || got === wanted) return;
  const suggestion = wanted === "truth" ? truthSuggestion(node, got) : undefined;
  const instead = wanted === "truth" ? truthOf(node, got) : undefined;
  faults.push({
    message: `expected ${SAID[wanted]}, but this is ${SAID[got]}`,
    at: node.at,
    ...(suggestion && { suggestion }),
    ...(instead && { instead }),
  });
}

/** What a bare value asks wherever values count as true: is it neither 0 nor empty? */
function truthOf(node: ExpressionNode, got: ValueType): string | undefined {
  // Any other number is hardly meant to hold always: `mentions == 3 or 5`.
  if (node.kind === "number" && /^[01]$/.test(node.digits)) return `(${node.digits} != 0)`;
  if (node.kind !== "name") return undefined;
  return got === "number" ? `(${node.name} != 0)` : `(not empty(${node.name}))`;
}

function truthSuggestion(node: ExpressionNode, got: ValueType): string | undefined {
  if (node.kind !== "name") return undefined;
  return got === "number"
    ? `compare it, like ${node.name} > 0`
    : `compare it, or ask exists(${node.name})`;
}

/** Every part has the wanted type, and so has the whole. */
function all(
  node: ExpressionNode,
  wanted: ValueType,
  scope: CheckScope,
  faults: ExpressionFault[],
): ValueType {
  for (const part of childNodes(node)) expect(part, typeOf(part, scope, faults), wanted, faults);
  return wanted;
}

type Of<K extends ExpressionNode["kind"]> = Extract<ExpressionNode, { kind: K }>;

function number(node: Of<"number">, faults: ExpressionFault[]): ValueType {
  if (/^0\d/.test(node.digits)) {
    const octal = node.digits.includes(".")
      ? ""
      : `, and ${node.digits} is ${formatNumber(node.digits)}`;
    faults.push({
      message: `a leading zero makes a number octal${octal}`,
      at: node.at,
      suggestion: `write ${Number(node.digits)}`,
      instead: String(Number(node.digits)),
    });
  }
  return "number";
}

function name(
  node: Of<"name">,
  scope: CheckScope,
  faults: ExpressionFault[],
): ValueType | undefined {
  const type = scope.get(node.name);
  if (type) return type;
  if (node.quoted) {
    const text = JSON.stringify(node.name);
    faults.push({
      message: `'${node.name}' names a fact: text takes double quotes`,
      at: node.at,
      suggestion: `write ${text}`,
      instead: text,
    });
  } else if (/^(?:true|false)$/i.test(node.name)) {
    const digit = node.name.toLowerCase() === "true" ? "1" : "0";
    faults.push({
      message: `there is no ${node.name}: flags are 1 or 0`,
      at: node.at,
      suggestion: `write ${digit}`,
      instead: digit,
    });
  } else {
    const near = nearestName(node.name, scope.keys());
    faults.push({
      message: `unknown fact ${node.name}`,
      at: node.at,
      ...(near && { suggestion: `did you mean ${near}?` }),
    });
  }
  return undefined;
}

function sum(
  node: Of<"arithmetic">,
  scope: CheckScope,
  faults: ExpressionFault[],
): ValueType | undefined {
  if (node.operator !== "+") return all(node, "number", scope, faults);
  const types = [typeOf(node.left, scope, faults), typeOf(node.right, scope, faults)];
  if (types.includes(undefined)) return undefined;
  if (types.includes("list") || types.includes("truth"))
    faults.push({ message: "`+` adds numbers or joins texts", at: node.at });
  return types.every((type) => type === "number") ? "number" : "text";
}

function relation(node: Of<"relation">, scope: CheckScope, faults: ExpressionFault[]): ValueType {
  let left = node.first;
  let leftType = typeOf(left, scope, faults);
  for (const { operator, right } of node.rest) {
    const rightType = typeOf(right, scope, faults);
    if (operator === "~=") match(left, leftType, right, faults);
    else if (operator === "==" || operator === "!=") equal(node, leftType, rightType, faults);
    else {
      expect(left, leftType, "number", faults);
      expect(right, rightType, "number", faults);
    }
    left = right;
    leftType = rightType;
  }
  return "truth";
}

function equal(
  node: ExpressionNode,
  left: ValueType | undefined,
  right: ValueType | undefined,
  faults: ExpressionFault[],
): void {
  if (left === undefined || right === undefined) return;
  if (left === "list" || right === "list")
    faults.push({
      message: "a list equals nothing",
      at: node.at,
      suggestion: 'write "word" in keywords',
    });
  else if (left !== right)
    faults.push({ message: `${SAID[left]} never equals ${SAID[right]}`, at: node.at });
}

function match(
  left: ExpressionNode,
  leftType: ValueType | undefined,
  right: ExpressionNode,
  faults: ExpressionFault[],
): void {
  expect(left, leftType, "text", faults);
  if (right.kind !== "text")
    return void faults.push({ message: "a pattern is written out in double quotes", at: right.at });
  const pattern = linearPattern(right.value);
  if (pattern.kind === "refused") faults.push({ message: pattern.message, at: right.at });
}

function call(
  node: Of<"call">,
  scope: CheckScope,
  faults: ExpressionFault[],
): ValueType | undefined {
  const types = node.args.map((arg) => typeOf(arg, scope, faults));
  const wantsOne = !["max", "min"].includes(node.name);
  if (node.name === "exists" || node.name === "empty") {
    if (types.length !== 1) faults.push({ message: `${node.name}() takes one fact`, at: node.at });
    return "truth";
  }
  if (!MATHS.has(node.name)) {
    const near = nearestName(node.name, [...MATHS, "exists", "empty"]);
    faults.push({
      message: `unknown function ${node.name}()`,
      at: node.at,
      ...(near && { suggestion: `did you mean ${near}()?` }),
    });
    return undefined;
  }
  if (wantsOne ? types.length !== 1 : types.length === 0)
    faults.push({
      message: `${node.name}() takes ${wantsOne ? "one number" : "one number or more"}`,
      at: node.at,
    });
  node.args.forEach((arg, i) => {
    expect(arg, types[i], "number", faults);
  });
  return "number";
}

function membership(node: Of<"in">, scope: CheckScope, faults: ExpressionFault[]): ValueType {
  const left = typeOf(node.left, scope, faults);
  const among = typeOf(node.right, scope, faults);
  if (left === undefined || among === undefined) return "truth";
  const lookedFor = left === "list" ? "text" : left;
  if (node.right.kind === "name") {
    if (among !== "list")
      faults.push({
        message: `\`in\` looks into a list, and this is ${SAID[among]}`,
        at: node.right.at,
        suggestion: "compare with ==, or use ~=",
      });
    else if (node.left.kind === "name" && left === "list")
      faults.push({ message: "a list is never in a list", at: node.at });
    else
      for (const item of itemsOf(node.left))
        itemOfType(item, "text", node.right.name, scope, faults);
  } else if (left === "list") faults.push(listOnTheLeft(node));
  else
    for (const item of itemsOf(node.right))
      itemOfType(item, lookedFor, textOf(node.left), scope, faults);
  return "truth";
}

const itemsOf = (node: ExpressionNode): ExpressionNode[] =>
  node.kind === "list" ? node.items : [node];

/** `in` asks whether two values are equal, and values of two types never are. */
function itemOfType(
  item: ExpressionNode,
  wanted: ValueType,
  beside: string,
  scope: CheckScope,
  faults: ExpressionFault[],
): void {
  const got = typeOf(item, scope, []);
  if (got === undefined || got === wanted) return;
  if (item.kind === "list")
    return void faults.push({
      message: "a list within a list equals nothing",
      at: item.at,
      suggestion: "write all values in one pair of brackets",
    });
  const instead = asType(item, wanted);
  faults.push({
    message: `${beside} compares with ${SAID[wanted]}, and this is ${SAID[got]}: never equal`,
    at: item.at,
    ...(instead !== undefined && { suggestion: `write ${instead}`, instead }),
  });
}

/** "1" as 1, and 1 as "1". */
function asType(item: ExpressionNode, wanted: ValueType): string | undefined {
  if (item.kind === "text" && wanted === "number" && /^-?\d+(\.\d+)?$/.test(item.value))
    return item.value;
  return item.kind === "number" && wanted === "text" ? JSON.stringify(item.digits) : undefined;
}

const textOf = (node: ExpressionNode): string => (node.kind === "name" ? node.name : "this side");

/** `keywords in ("hack")` asks whether all of the keywords are in the brackets. */
function listOnTheLeft(node: Of<"in">): ExpressionFault {
  const what = node.left.kind === "name" ? node.left.name : "the list";
  const message = `${what} is a list: \`in\` asks whether all of it is in the brackets`;
  const words = itemsOf(node.right);
  if (node.left.kind !== "name" || !words.every(({ kind }) => kind === "text"))
    return { message, at: node.at, suggestion: 'write "word" in keywords' };
  const each = words.map((word) =>
    word.kind === "text" ? `${JSON.stringify(word.value)} in ${what}` : "",
  );
  const either = each.length > 1 ? `(${each.join(" or ")})` : each[0];
  const instead = node.negated ? `not (${each.join(" or ")})` : either;
  return { message, at: node.at, suggestion: `write ${instead}`, ...(instead && { instead }) };
}

function conditional(
  node: Of<"if">,
  scope: CheckScope,
  faults: ExpressionFault[],
): ValueType | undefined {
  expect(node.test, typeOf(node.test, scope, faults), "truth", faults);
  const then = typeOf(node.consequent, scope, faults);
  const otherwise = typeOf(node.alternative, scope, faults);
  if (then !== undefined && otherwise !== undefined && then !== otherwise)
    faults.push({
      message: `gives ${SAID[then]} or ${SAID[otherwise]}`,
      at: node.at,
      suggestion: "give both branches the same type",
    });
  return then;
}
