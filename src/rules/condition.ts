import { type CheckScope, checkExpression, type ValueType } from "./language/check.ts";
import { type ClauseTable, clausesOf } from "./language/clauses.ts";
import { compileNode } from "./language/compile.ts";
import type { Evaluate, LanguageDialect } from "./language/dialect.ts";
import { parseExpression } from "./language/grammar.ts";
import { linearPattern } from "./language/pattern.ts";
import { childNodes, type ExpressionNode, mapNode, walkNodes } from "./language/syntax.ts";
import { applyFixes, type ExpressionFault, findTraps } from "./language/traps.ts";

export type RuleCondition = {
  text: string;
  expression: ExpressionNode;
  /** Throws filtrex's errors. */
  evaluate: Evaluate;
  /** Where it can be true at all. */
  clauses: ClauseTable;
  /** The facts it reads, in the order of the text. */
  names: string[];
  slot(name: string): number;
};

const MAX_DEPTH = 64;

/** Names that stand for another fact. */
const ALIASES: ReadonlyMap<string, string> = new Map([["last_sentiment_score", "sentiment"]]);
export const canonicalNames = (name: string): string => ALIASES.get(name) ?? name;

/**
 * Reads one expression of a rules file: parsed, checked against what is known of the facts,
 * compiled.
 */
export function readCondition(
  text: string,
  scope: CheckScope,
  wanted: ValueType,
  slot: (name: string) => number,
):
  | { kind: "condition"; condition: RuleCondition }
  | { kind: "refused"; faults: ExpressionFault[] } {
  if (brackets(text) > MAX_DEPTH)
    return refuse([{ message: `nests deeper than ${MAX_DEPTH} levels`, at: [0, text.length] }]);
  const parsed = parseExpression(text);
  if (parsed.kind === "refused") return refuse(misread(text, parsed.message, parsed.at));
  const { expression } = parsed;
  if (depth(expression) > MAX_DEPTH)
    return refuse([{ message: `nests deeper than ${MAX_DEPTH} levels`, at: expression.at }]);
  const faults = checkExpression(expression, scope, wanted);
  if (faults.length > 0) return refuse(withNullTraps(text, faults));
  const names = new Set<string>();
  for (const node of walkNodes(expression)) if (node.kind === "name") names.add(node.name);
  const evaluate = compileNode(expression, facts(slot));
  return {
    kind: "condition",
    condition: {
      text,
      expression,
      evaluate,
      clauses: clausesOf(expression),
      names: [...names],
      slot,
    },
  };
}

const refuse = (faults: ExpressionFault[]) => ({ kind: "refused" as const, faults });

/**
 * Each part of a condition that is not written out, the whole first, ready to be asked for its
 * value.
 */
export function partsOf({
  text,
  expression,
  slot,
}: RuleCondition): { text: string; evaluate: Evaluate }[] {
  const found = new Map<string, ExpressionNode>();
  for (const node of walkNodes(expression)) {
    const written = text.slice(...node.at);
    if (depends(node) && !found.has(written)) found.set(written, node);
  }
  return [...found].map(([written, node]) => ({
    text: written,
    evaluate: compileNode(node, facts(slot)),
  }));
}

/** The comparisons with a number: what a test should see from both sides. */
export const sidesOf = (condition: RuleCondition): { text: string; evaluate: Evaluate }[] =>
  [...walkNodes(condition.expression)]
    .filter(
      (node) =>
        node.kind === "relation" &&
        childNodes(node).some((part) => !depends(part)) &&
        ordered(node),
    )
    .map((node) => ({
      text: condition.text.slice(...node.at),
      evaluate: compileNode(node, facts(condition.slot)),
    }));

const ordered = (node: ExpressionNode): boolean =>
  node.kind === "relation" && node.rest.every(({ operator }) => /[<>]/.test(operator));

/** The same condition with one part replaced. */
export function rewriteCondition(
  condition: RuleCondition,
  part: ExpressionNode,
  by: ExpressionNode,
): RuleCondition {
  const expression = mapNode(condition.expression, (node) => (node === part ? by : undefined));
  const { slot } = condition;
  return {
    ...condition,
    expression,
    evaluate: compileNode(expression, facts(slot)),
    clauses: clausesOf(expression),
  };
}

const depends = (node: ExpressionNode): boolean =>
  node.kind === "name" || childNodes(node).some(depends);

/**
 * A syntax error in the words of a known trap, if fixing that makes the expression parse; else in
 * the parser's own.
 */
function misread(text: string, message: string, at: readonly [number, number]): ExpressionFault[] {
  const found = findTraps(text);
  const whole = found.length > 0 ? applyFixes(text, found) : text;
  if (whole !== text && parseExpression(whole).kind === "parsed")
    return found.map((fault) => ({ ...fault, suggestion: `write ${whole}` }));
  const got = /got '(.*)'$/.exec(message)?.[1];
  const what =
    got === undefined
      ? `cannot read ${JSON.stringify(text.slice(at[0], at[0] + 1))}`
      : described(got, text.slice(...at));
  return [{ message: what, at }];
}

const described = (token: string, written: string) =>
  token === "EndOfExpression"
    ? "the expression ends too early"
    : `did not expect ${JSON.stringify(written.trim() || token)} here`;

/** `x == null` parses, and then null is an unknown name: say what is meant instead. */
function withNullTraps(text: string, faults: ExpressionFault[]): ExpressionFault[] {
  const found = findTraps(text).filter(({ instead }) => /exists/.test(instead ?? ""));
  return faults.map((fault) => {
    const trap = found.find(({ at }) => at[0] <= fault.at[0] && fault.at[1] <= at[1]);
    return trap ? { ...trap, suggestion: `write ${trap.instead}` } : fault;
  });
}

function brackets(text: string): number {
  let open = 0;
  let most = 0;
  for (const char of text) {
    if (char === "(") most = Math.max(most, ++open);
    if (char === ")") open -= 1;
  }
  return most;
}

/** Levels of nesting. A long chain of `and`, `or` or sums leans to the left and counts as one. */
function depth(node: ExpressionNode): number {
  const [first, ...rest] = childNodes(node);
  if (!first) return 1;
  const chained = node.kind === "and" || node.kind === "or" || node.kind === "arithmetic";
  return Math.max(depth(first) + (chained ? 0 : 1), ...rest.map((part) => depth(part) + 1));
}

/** The language of a ruleset whose facts stand in these slots. */
export function languageOf(slots: readonly string[]) {
  const slot = (name: string) => slots.indexOf(canonicalNames(name));
  return { slot, compile: (expression: ExpressionNode) => compileNode(expression, facts(slot)) };
}

/** filtrex over facts: names are slots, null is unknown, and patterns run in linear time. */
function facts(slot: (name: string) => number): LanguageDialect {
  return {
    slot,
    read: (value) => value,
    property: () => () => null,
    functions: FUNCTIONS,
    matcher(source) {
      const pattern = linearPattern(source);
      if (pattern.kind === "refused") throw new SyntaxError(pattern.message);
      return pattern.test;
    },
    unknown: isUnknown,
  };
}

/** What is not finite says as little as what nobody knows. */
const isUnknown = (value: unknown): boolean =>
  value === null || (typeof value === "number" && !Number.isFinite(value));

const maths = (apply: (...numbers: number[]) => number) => apply as (...args: unknown[]) => unknown;

const FUNCTIONS: LanguageDialect["functions"] = {
  abs: maths(Math.abs),
  ceil: maths(Math.ceil),
  floor: maths(Math.floor),
  log: maths(Math.log),
  log2: maths(Math.log2),
  log10: maths(Math.log10),
  max: maths(Math.max),
  min: maths(Math.min),
  round: maths(Math.round),
  sqrt: maths(Math.sqrt),
  exists: (value) => !isUnknown(value),
  empty: (value) =>
    isUnknown(value) || value === "" || (Array.isArray(value) && value.length === 0),
};
