import { isFields, type PlainFields } from "../kit/plain-fields.ts";
import type { TextConverter } from "./convert-references.ts";

/** The names that a rule's fields have elsewhere. The first that is there counts. */
const CONDITION = ["condition", "conditions", "when", "if", "expression"];
const SCORE = ["score", "weight", "points"];
const REASON = ["reason", "message", "description"];
const OTHERS = ["id", "name", "per", "stage", "enabled", "active", "disabled"];
const KNOWN = new Set([...CONDITION, ...SCORE, ...REASON, ...OTHERS]);

/** A rule of a foreign file in our fields. `isOff`: its group is switched off. */
export function convertRule(
  rule: PlainFields,
  fallback: string,
  isOff: boolean,
  convert: TextConverter,
  notes: string[],
): PlainFields {
  const name = String(rule.name ?? rule.id ?? fallback);
  const say = (note: string) => notes.push(`${name}: ${note}`);
  for (const key of Object.keys(rule))
    if (!KNOWN.has(key)) say(`${key} has no counterpart and was left out`);
  const first = (names: readonly string[]): unknown => {
    const [used, ...unused] = names.filter((field) => (rule[field] ?? null) !== null);
    for (const field of unused) say(`${field} was left out: ${used} says it`);
    return used === undefined ? undefined : rule[used];
  };
  const score = first(SCORE);
  if (score === undefined) say("has no score: it adds 0");
  const switchedOff = isSwitchedOff(rule);
  if (switchedOff) say("was switched off; it is on trial now (stage: shadow)");
  const shadow = switchedOff || isOff;
  return {
    ...(rule.id !== undefined && rule.id !== null && { id: idOf(String(rule.id), say) }),
    name,
    condition: convertCondition(first(CONDITION), convert, say),
    score: numberOrZero("score", score ?? 0, convert, say),
    ...(rule.per !== undefined &&
      rule.per !== null && { per: convert.expression(String(rule.per)) }),
    reason: convert.text(String(first(REASON) ?? name)),
    ...stageOf(rule.stage, shadow, say),
  };
}

/** Whether an entry of a list can be a rule at all. */
export const isRule = (fields: PlainFields): boolean =>
  CONDITION.some((field) => (fields[field] ?? null) !== null);

/** Readers of YAML 1.1, as Python's are, take no and off for false. */
export const isSwitchedOff = ({ enabled, active, disabled }: PlainFields): boolean =>
  OFF.test(String(enabled ?? "")) ||
  OFF.test(String(active ?? "")) ||
  ON.test(String(disabled ?? ""));

const OFF = /^(?:false|no|off|0)$/i;
const ON = /^(?:true|yes|on|1)$/i;

/** A number, a setting that stands for one, or what it was. */
export function convertNumber(value: unknown, convert: TextConverter): unknown {
  if (typeof value !== "string") return value;
  const text = convert.text(value.trim());
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** 0, and a note, where the value is no number and no setting that stands for one. */
export function numberOrZero(
  field: string,
  value: unknown,
  convert: TextConverter,
  say: (note: string) => void,
): unknown {
  const converted = convertNumber(value, convert);
  if (typeof converted === "number" || String(converted).includes("${")) return converted;
  say(`${field} ${JSON.stringify(value)} is no number; it is 0 now`);
  return 0;
}

function convertCondition(
  given: unknown,
  convert: TextConverter,
  say: (note: string) => void,
): string {
  const joined = (parts: unknown, word: string) =>
    [parts]
      .flat()
      .map((part) => `(${convertCondition(part, convert, say)})`)
      .join(` ${word} `);
  if (Array.isArray(given)) return joined(given, "and");
  if (given === true) return "1 == 1";
  if (!isFields(given)) return convert.expression(String(given ?? ""));
  const compared = comparison(given);
  if (compared !== undefined) return convert.expression(compared);
  const parts = Object.entries(given).map(([key, value]) => {
    if (key === "all" || key === "and") return `(${joined(value, "and")})`;
    if (key === "any" || key === "or") return `(${joined(value, "or")})`;
    if (key === "not") return `(not (${convertCondition(value, convert, say)}))`;
    say(`${key} in its condition has no counterpart and was left out`);
    return undefined;
  });
  return parts.filter((part) => part !== undefined).join(" and ");
}

/** `{field, op, value}`, as rules in JSON write a comparison. */
function comparison(given: PlainFields): string | undefined {
  const name = given.field ?? given.fact;
  const operator = given.op ?? given.operator;
  if (typeof name !== "string" || typeof operator !== "string") return undefined;
  const literal = (value: unknown): string =>
    Array.isArray(value) ? `(${value.map(literal).join(", ")})` : JSON.stringify(value ?? null);
  return `${name} ${OPERATORS[operator] ?? operator} ${literal(given.value)}`;
}

const OPERATORS: Readonly<Record<string, string>> = {
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  eq: "==",
  ne: "!=",
  not_in: "not in",
};

function idOf(id: string, say: (note: string) => void): string {
  const fitting = id.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 50);
  if (fitting !== id) say(`its id is ${fitting} now`);
  return fitting;
}

function stageOf(stage: unknown, shadow: boolean, say: (note: string) => void): PlainFields {
  if (shadow || stage === "shadow") return { stage: "shadow" };
  if (stage !== undefined && stage !== null && stage !== "live")
    say(`stage ${JSON.stringify(stage)} has no counterpart and was left out`);
  return {};
}
