import { isFields, type PlainFields } from "../kit/plain-fields.ts";
import type { TextConverter } from "./convert-references.ts";

/**
 * A condition of a foreign file: a text, a list of which all parts hold, `{all: […], any: […],
 * not: …, none: […]}`, `{field, op, value}`, or `{mentions: {gt: 3}, goplus_risk: red}`.
 */
export function convertCondition(
  given: unknown,
  convert: TextConverter,
  say: (note: string) => void,
  joins = "and",
): string {
  if (Array.isArray(given)) return joinedParts(given, joins, convert, say);
  if (typeof given === "boolean") return given ? "1 == 1" : "1 == 0";
  if (!isFields(given)) return convert.expression(String(given ?? ""));
  const name = given.field ?? given.fact;
  const operator = given.op ?? given.operator;
  if (typeof name === "string" && typeof operator === "string") {
    for (const key of Object.keys(given))
      if (!COMPARISON.includes(key)) say(`${key} of its condition was left out`);
    const text = convert.expression(comparison(name, operator, given.value));
    if ((given.negate ?? false) === false) return text;
    if (given.negate !== true) say(`negate ${JSON.stringify(given.negate)} was read as true`);
    return `not (${text})`;
  }
  return Object.entries(given)
    .map(([key, value]) => entry(key, value, convert, say))
    .join(" and ");
}

const COMPARISON = ["field", "fact", "op", "operator", "value", "negate"];

const joinedParts = (
  parts: unknown,
  word: string,
  convert: TextConverter,
  say: (note: string) => void,
): string =>
  [parts]
    .flat()
    .map((part) => `(${convertCondition(part, convert, say)})`)
    .join(` ${word} `);

function entry(
  key: string,
  value: unknown,
  convert: TextConverter,
  say: (note: string) => void,
): string {
  switch (key) {
    case "all":
    case "and":
      return `(${joinedParts(value, "and", convert, say)})`;
    case "any":
    case "or":
      return `(${joinedParts(value, "or", convert, say)})`;
    case "not":
      return `(not (${convertCondition(value, convert, say)}))`;
    case "none":
      return `(not (${joinedParts(value, "or", convert, say)}))`;
    default:
      return shorthand(key, value)
        .map((part) => `(${convert.expression(part)})`)
        .join(" and ");
  }
}

/** `mentions: {gt: 3, lt: 9}`, `mentions: ">= 3"`, `goplus_risk: [red, yellow]`, `symbol: BTC`. */
function shorthand(name: string, value: unknown): string[] {
  if (isFields(value))
    return Object.entries(value).map(([operator, limit]) => comparison(name, operator, limit));
  const [, operator, limit] =
    typeof value === "string" ? (/^([<>=!]=?)\s*(.+)$/.exec(value.trim()) ?? []) : [];
  if (operator !== undefined) return [`${name} ${OPERATORS[operator] ?? operator} ${limit}`];
  return [comparison(name, Array.isArray(value) ? "in" : "eq", value)];
}

/** What other engines call their operators. */
const OPERATORS: Readonly<Record<string, string>> = {
  "=": "==",
  gt: ">",
  greaterthan: ">",
  gte: ">=",
  ge: ">=",
  greaterthaninclusive: ">=",
  greaterthanorequal: ">=",
  lt: "<",
  lessthan: "<",
  lte: "<=",
  le: "<=",
  lessthaninclusive: "<=",
  lessthanorequal: "<=",
  eq: "==",
  equal: "==",
  equals: "==",
  ne: "!=",
  neq: "!=",
  notequal: "!=",
  notequals: "!=",
  notin: "not in",
  nin: "not in",
};

/** Operators that are no sign between two values, as Python writes them. */
const FORMS: Readonly<Record<string, (name: string, value: string) => string>> = {
  contains: (name, value) => `${value} in ${name}`,
  includes: (name, value) => `${value} in ${name}`,
  notcontains: (name, value) => `${value} not in ${name}`,
  doesnotcontain: (name, value) => `${value} not in ${name}`,
  startswith: (name, value) => `${name}.startswith(${value})`,
  endswith: (name, value) => `${name}.endswith(${value})`,
  regex: (name, value) => `re.search(${value}, ${name})`,
  matches: (name, value) => `re.search(${value}, ${name})`,
};

const PRESENT = ["exists", "present", "notnull", "isnotnull"];
const ABSENT = ["isnull", "null", "missing", "isnone", "absent", "notexists"];

/** A comparison as Python would write it. What nobody knows is refused when the file is read. */
function comparison(name: string, operator: string, value: unknown): string {
  const plain = operator.toLowerCase().replace(/[_\s-]/g, "");
  const asks = value !== false;
  if (PRESENT.includes(plain)) return `${name} is ${asks ? "not " : ""}None`;
  if (ABSENT.includes(plain)) return `${name} is ${asks ? "" : "not "}None`;
  if (plain === "between" && Array.isArray(value) && value.length === 2)
    return `${literal(value[0])} <= ${name} <= ${literal(value[1])}`;
  const form = FORMS[plain];
  return form
    ? form(name, literal(value))
    : `${name} ${OPERATORS[plain] ?? operator} ${literal(value)}`;
}

const literal = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(literal).join(", ")}]` : JSON.stringify(value ?? null);

const EITHER = /^(?:or|any|some|any_of)$/i;
const EACH = /^(?:and|all|every|all_of)$/i;
const LOGIC = ["logic", "match", "operator", "combine", "combinator"] as const;

/** The fields of a rule that say how its conditions belong together. */
export function logicOf(rule: PlainFields): { field: string; joins: "and" | "or" } | undefined {
  const field = LOGIC.find((each) => isLogic(rule[each]));
  if (field === undefined) return undefined;
  return { field, joins: EITHER.test(String(rule[field])) ? "or" : "and" };
}

const isLogic = (value: unknown): boolean =>
  typeof value === "string" && (EITHER.test(value) || EACH.test(value));
