import { parseSync } from "oxc-parser";
import type { Slip } from "../sim/mutate.ts";
import { sqlSlips } from "./sql-operators.ts";

type Syntax = { type: string; start: number; end: number; [field: string]: unknown };
/** Answers what each of its slips makes of the node. */
type Operator = (node: Syntax, text: TextOf) => Omit<Slip, "operator">[];
type TextOf = (node: Syntax) => string;

const isSyntax = (value: unknown): value is Syntax =>
  typeof value === "object" && value !== null && "type" in value && "start" in value;

const whole = (node: Syntax, to: string) => [{ start: node.start, end: node.end, to }];

/** Only the sign between the two sides changes. */
function otherSign(
  node: Syntax,
  signs: Readonly<Record<string, string>>,
  text: TextOf,
): Omit<Slip, "operator">[] {
  const to = signs[String(node.operator)];
  const [left, right] = [node.left, node.right];
  if (to === undefined || !isSyntax(left) || !isSyntax(right)) return [];
  const between = text({ ...node, start: left.end, end: right.start });
  const start = left.end + between.indexOf(String(node.operator));
  return [{ start, end: start + String(node.operator).length, to }];
}

const BOUNDARIES = { "<": "<=", "<=": "<", ">": ">=", ">=": ">", "===": "!==", "!==": "===" };
const REVERSED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
const ARITHMETIC = { "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", ">>": "<<" };
const LOGIC = { "&&": "||", "||": "&&" };
const METHODS = new Map([
  ["every", "some"],
  ["some", "every"],
  ["min", "max"],
  ["max", "min"],
  ["find", "findLast"],
  ["floor", "ceil"],
]);
/** Calls whose absence leaves the value that they are called on. */
const REFINEMENTS = new Set(["filter", "slice", "sort", "toSorted", "reverse", "toReversed"]);

/** A sum of texts is no sum. */
const isText = (node: unknown): boolean =>
  isSyntax(node) &&
  (node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string"));

/** The member that a call names, and where the name stands. */
function methodOf(node: Syntax): { name: string; member: Syntax; property: Syntax } | undefined {
  const { callee } = node;
  if (node.type !== "CallExpression" || !isSyntax(callee) || callee.type !== "MemberExpression")
    return undefined;
  const { property } = callee;
  return isSyntax(property) && property.type === "Identifier"
    ? { name: String(property.name), member: callee, property }
    : undefined;
}

/** A length, a size or a time that is one longer is no mistake; one that is nothing is. */
const otherNumber = (value: number): string => (Math.abs(value) < 10 ? String(value + 1) : "0");

const leaves = (node: unknown): boolean => {
  if (!isSyntax(node)) return false;
  const body = node.type === "BlockStatement" ? (node.body as Syntax[]) : [node];
  return ["ReturnStatement", "ContinueStatement", "BreakStatement", "ThrowStatement"].includes(
    body.at(-1)?.type ?? "",
  );
};

/** Other operators turn these around. */
const isTurned = ({ type, operator }: Syntax): boolean =>
  (type === "BinaryExpression" && /^[!=]==$/.test(String(operator))) ||
  (type === "UnaryExpression" && operator === "!");

const OPERATORS: Readonly<Record<string, Operator>> = {
  "negate the condition": ({ type, test }, text) =>
    (type === "IfStatement" || type === "ConditionalExpression") &&
    isSyntax(test) &&
    !isTurned(test)
      ? whole(test, `!(${text(test)})`)
      : [],
  "move the boundary": (node, text) =>
    node.type === "BinaryExpression" ? otherSign(node, BOUNDARIES, text) : [],
  "reverse the comparison": (node, text) =>
    node.type === "BinaryExpression" ? otherSign(node, REVERSED, text) : [],
  "swap the arithmetic": (node, text) =>
    node.type === "BinaryExpression" && !isText(node.left) && !isText(node.right)
      ? otherSign(node, ARITHMETIC, text)
      : [],
  "swap && and ||": (node, text) =>
    node.type === "LogicalExpression" ? otherSign(node, LOGIC, text) : [],
  "drop one side": (node, text) =>
    node.type === "LogicalExpression" && isSyntax(node.left) && isSyntax(node.right)
      ? [
          ...whole(node, text(node.left)),
          ...(node.operator === "??" ? [] : whole(node, text(node.right))),
        ]
      : [],
  "drop the statement": (node) =>
    node.type === "ExpressionStatement" && !node.directive ? whole(node, ";") : [],
  "drop the await": (node, text) =>
    node.type === "ExpressionStatement" &&
    isSyntax(node.expression) &&
    node.expression.type === "AwaitExpression" &&
    isSyntax(node.expression.argument)
      ? whole(node, `void ${text(node.expression.argument)};`)
      : [],
  "remove the early exit": (node) =>
    node.type === "IfStatement" && !isSyntax(node.alternate) && leaves(node.consequent)
      ? whole(node, ";")
      : [],
  "call its opposite": (node) => {
    const method = methodOf(node);
    const to = method && METHODS.get(method.name);
    return method && to ? whole(method.property, to) : [];
  },
  "leave out the refinement": (node, text) => {
    const method = methodOf(node);
    return method && REFINEMENTS.has(method.name) && isSyntax(method.member.object)
      ? whole(node, text(method.member.object))
      : [];
  },
  "drop the not": (node, text) =>
    node.type === "UnaryExpression" && node.operator === "!" && isSyntax(node.argument)
      ? whole(node, text(node.argument))
      : [],
  "other constant": (node) => {
    if (node.type !== "Literal") return [];
    if (typeof node.value === "boolean") return whole(node, String(!node.value));
    return typeof node.value === "number" ? whole(node, otherNumber(node.value)) : [];
  },
};

/** What is only said, to logs and metrics, changes no promise. */
const REPORTS = /^(await )?(\w+\.)*(log|telemetry|observe|broadcast)\b/;

/**
 * Every slip that the operators know in a module, in the order of its text. Types, imports and
 * what goes to logs and metrics are left alone.
 */
export function slipsIn(file: string, source: string): Slip[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const text: TextOf = ({ start, end }) => source.slice(start, end);
  const found: Slip[] = [];

  function visit(node: Syntax): void {
    if (isLeftAlone(node, text)) return;
    if (node.type === "TemplateElement") found.push(...sqlSlips(text(node), node.start));
    for (const [operator, slipsOf] of Object.entries(OPERATORS))
      for (const slip of slipsOf(node, text)) found.push({ operator, ...slip });
    for (const value of Object.values(node))
      for (const each of Array.isArray(value) ? value : [value]) if (isSyntax(each)) visit(each);
  }

  visit(program as unknown as Syntax);
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

const TYPED = ["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression"];

function isLeftAlone(node: Syntax, text: TextOf): boolean {
  if (node.type === "ImportDeclaration") return true;
  if (node.type.startsWith("TS") && !TYPED.includes(node.type)) return true;
  const isCall = node.type === "CallExpression" || node.type === "ExpressionStatement";
  return isCall && REPORTS.test(text(node));
}
