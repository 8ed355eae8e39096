import { check, type Scope, type Type } from "./language/check.ts";
import { type Clauses, clausesOf } from "./language/clauses.ts";
import { compile, type Dialect, type Evaluate } from "./language/compile.ts";
import { parse } from "./language/grammar.ts";
import { linearPattern } from "./language/pattern.ts";
import { type Expression, mapped, parts, walk } from "./language/syntax.ts";
import { type Fault, mended, traps } from "./language/traps.ts";

export type Condition = {
  text: string;
  expression: Expression;
  /** Throws filtrex's errors. */
  evaluate: Evaluate;
  /** Where it can be true at all. */
  clauses: Clauses;
  /** The facts it reads, in the order of the text. */
  names: string[];
  slot(name: string): number;
};

const MAX_DEPTH = 64;

/** Names that stand for another fact. */
const ALIASES: ReadonlyMap<string, string> = new Map([["last_sentiment_score", "sentiment"]]);
export const canonical = (name: string): string => ALIASES.get(name) ?? name;

/**
 * Reads one expression of a rules file: parsed, checked against what is known of the facts,
 * compiled.
 */
export function readCondition(
  text: string,
  scope: Scope,
  wanted: Type,
  slot: (name: string) => number,
): { kind: "condition"; condition: Condition } | { kind: "refused"; faults: Fault[] } {
  if (brackets(text) > MAX_DEPTH)
    return refuse([{ message: `nests deeper than ${MAX_DEPTH} levels`, at: [0, text.length] }]);
  const parsed = parse(text);
  if (parsed.kind === "refused") return refuse(misread(text, parsed.message, parsed.at));
  const { expression } = parsed;
  if (depth(expression) > MAX_DEPTH)
    return refuse([{ message: `nests deeper than ${MAX_DEPTH} levels`, at: expression.at }]);
  const faults = check(expression, scope, wanted);
  if (faults.length > 0) return refuse(withNullTraps(text, faults));
  const names = new Set<string>();
  for (const node of walk(expression)) if (node.kind === "name") names.add(node.name);
  const evaluate = compile(expression, facts(slot));
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

const refuse = (faults: Fault[]) => ({ kind: "refused" as const, faults });

/**
 * Each part of a condition that is not written out, the whole first, ready to be asked for its
 * value.
 */
export function partsOf({
  text,
  expression,
  slot,
}: Condition): { text: string; evaluate: Evaluate }[] {
  const found = new Map<string, Expression>();
  for (const node of walk(expression)) {
    const written = text.slice(...node.at);
    if (depends(node) && !found.has(written)) found.set(written, node);
  }
  return [...found].map(([written, node]) => ({
    text: written,
    evaluate: compile(node, facts(slot)),
  }));
}

/** The comparisons with a number: what a test should see from both sides. */
export const sidesOf = (condition: Condition): { text: string; evaluate: Evaluate }[] =>
  [...walk(condition.expression)]
    .filter(
      (node) =>
        node.kind === "relation" && parts(node).some((part) => !depends(part)) && ordered(node),
    )
    .map((node) => ({
      text: condition.text.slice(...node.at),
      evaluate: compile(node, facts(condition.slot)),
    }));

const ordered = (node: Expression): boolean =>
  node.kind === "relation" && node.rest.every(({ operator }) => /[<>]/.test(operator));

/** The same condition with one part replaced. */
export function rewritten(condition: Condition, part: Expression, by: Expression): Condition {
  const expression = mapped(condition.expression, (node) => (node === part ? by : undefined));
  const { slot } = condition;
  return {
    ...condition,
    expression,
    evaluate: compile(expression, facts(slot)),
    clauses: clausesOf(expression),
  };
}

const depends = (node: Expression): boolean => node.kind === "name" || parts(node).some(depends);

/**
 * A syntax error in the words of a known trap, if mending that makes the expression parse; else in
 * the parser's own.
 */
function misread(text: string, message: string, at: readonly [number, number]): Fault[] {
  const found = traps(text);
  const whole = found.length > 0 ? mended(text, found) : text;
  if (whole !== text && parse(whole).kind === "parsed")
    return found.map((fault) => ({ ...fault, mend: `write ${whole}` }));
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
function withNullTraps(text: string, faults: Fault[]): Fault[] {
  const found = traps(text).filter(({ instead }) => /exists/.test(instead ?? ""));
  return faults.map((fault) => {
    const trap = found.find(({ at }) => at[0] <= fault.at[0] && fault.at[1] <= at[1]);
    return trap ? { ...trap, mend: `write ${trap.instead}` } : fault;
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
function depth(node: Expression): number {
  const [first, ...rest] = parts(node);
  if (!first) return 1;
  const chained = node.kind === "and" || node.kind === "or" || node.kind === "arithmetic";
  return Math.max(depth(first) + (chained ? 0 : 1), ...rest.map((part) => depth(part) + 1));
}

/** The language of a ruleset whose facts stand in these slots. */
export function languageOf(slots: readonly string[]) {
  const slot = (name: string) => slots.indexOf(canonical(name));
  return { slot, compile: (expression: Expression) => compile(expression, facts(slot)) };
}

/** filtrex over facts: names are slots, null is unknown, and patterns run in linear time. */
function facts(slot: (name: string) => number): Dialect {
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
    unknown: (value) => value === null,
  };
}

const maths = (apply: (...numbers: number[]) => number) => apply as (...args: unknown[]) => unknown;

const FUNCTIONS: Dialect["functions"] = {
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
  exists: (value) => value !== null,
  empty: (value) => value === null || value === "" || (Array.isArray(value) && value.length === 0),
};
