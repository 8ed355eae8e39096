import { parseDocument, stringify } from "yaml";
import type { FactVocabulary } from "../model/facts.ts";
import { fixExpression } from "./fix.ts";
import { scopeOf } from "./load.ts";
import { isAllowed } from "./variables.ts";

export type ConvertResult =
  | { kind: "converted"; text: string; notes: string[] }
  | { kind: "unreadable"; message: string };

const MAX_ALIASES = 100;

type Fields = Record<string, unknown>;

/**
 * Turns a rules file of the Python kind into ours: single quotes, `is null`, True and False,
 * `when:`, `levels:`, `missing_map:`, rules outside of groups, `${NAME:-default}`. What could not
 * be carried over, or was guessed, is said in the notes. Comments are not kept.
 */
export function convertRules(text: string, vocabulary: FactVocabulary): ConvertResult {
  const read = plainValues(text);
  if (read instanceof Error) return { kind: "unreadable", message: read.message };
  const found = Array.isArray(read) ? { rules: read } : read;
  if (!isFields(found))
    return { kind: "unreadable", message: "holds no rules: expected groups or rules" };
  const notes: string[] = [];
  const { version, groups, rules, levels, missing_map, scoring, states, notify, missing, ...rest } =
    found;
  for (const key of Object.keys(rest)) notes.push(`${key}: has no counterpart and was left out`);
  const suggestion = (expression: string) => fixCondition(expression, vocabulary, notes);
  const sections = Array.isArray(groups) ? groups : [{ name: "imported", priority: 0, rules }];
  const document = {
    version: typeof version === "number" ? version.toFixed(1) : String(version ?? "1.0"),
    groups: sections
      .filter(isFields)
      .map((group, index) => convertGroup(group, index, suggestion, notes)),
    ...optional("scoring", isFields(scoring) ? scoring : thresholds(levels, notes)),
    ...optional(
      "states",
      isFields(states) ? mapValues(states, (value) => suggestion(String(value))) : undefined,
    ),
    ...optional("notify", notify),
    ...optional("missing", missing ?? missingTexts(missing_map, notes)),
  };
  return { kind: "converted", text: stringify(document, { lineWidth: 0 }), notes };
}

/**
 * Files of the Python kind share parts by anchors, `*name` and `<<`: they are written out here, as
 * long as they stay few.
 */
function plainValues(text: string): unknown {
  const parsed = parseDocument(text, { prettyErrors: false, uniqueKeys: true, merge: true });
  const [fault] = parsed.errors;
  if (fault) return fault;
  try {
    return parsed.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const optional = (key: string, value: unknown): Fields =>
  value === undefined || value === null ? {} : { [key]: value };
const mapValues = (fields: Fields, change: (value: unknown) => unknown): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value)]));

function convertGroup(
  group: Fields,
  index: number,
  suggestion: (text: string) => string,
  notes: string[],
): Fields {
  const name = String(group.name ?? `group_${index + 1}`);
  const listed: unknown[] = Array.isArray(group.rules) ? group.rules : [];
  const rules = listed.filter(isFields);
  if (rules.length < listed.length)
    notes.push(
      `${name}: ${listed.length - rules.length} of its rules are no fields and were left out`,
    );
  return {
    name,
    priority: Number(group.priority ?? 0),
    rules: rules.map((rule, at) => convertRule(rule, `${name}_${at + 1}`, suggestion, notes)),
  };
}

const CARRIED = new Set([
  "id",
  "name",
  "condition",
  "when",
  "if",
  "score",
  "weight",
  "points",
  "reason",
  "message",
  "description",
  "per",
  "stage",
  "enabled",
]);

function convertRule(
  rule: Fields,
  fallback: string,
  suggestion: (text: string) => string,
  notes: string[],
): Fields {
  const name = String(rule.name ?? rule.id ?? fallback);
  for (const key of Object.keys(rule))
    if (!CARRIED.has(key)) notes.push(`${name}: ${key} has no counterpart and was left out`);
  const given = rule.condition ?? rule.when ?? rule.if ?? "";
  const condition = Array.isArray(given)
    ? given.map((part) => `(${suggestion(String(part))})`).join(" and ")
    : suggestion(String(given));
  if (rule.enabled === false)
    notes.push(`${name}: was switched off; it is on trial now (stage: shadow)`);
  return {
    ...optional("id", rule.id),
    name,
    condition,
    score: weight(rule.score ?? rule.weight ?? rule.points ?? 0, notes),
    ...optional("per", rule.per),
    reason: plainReference(String(rule.reason ?? rule.message ?? rule.description ?? name), notes),
    ...optional("stage", rule.enabled === false ? "shadow" : rule.stage),
  };
}

function weight(value: unknown, notes: string[]): unknown {
  if (typeof value !== "string") return value;
  const text = plainReference(value, notes);
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/**
 * `levels: {opportunity: 15}`, `{opportunity: {min: 15}, caution: {max: -5}}` or a list of {name,
 * min, max}.
 */
function thresholds(levels: unknown, notes: string[]): Fields | undefined {
  const named = Array.isArray(levels)
    ? Object.fromEntries(levels.filter(isFields).map((level) => [String(level.name), level]))
    : levels;
  if (!isFields(named)) return undefined;
  for (const name of Object.keys(named))
    if (!["opportunity", "caution", "observe"].includes(name))
      notes.push(`levels: ${name} has no counterpart and was left out`);
  const number = (name: string, fallback: number): number => {
    const level = named[name];
    const found = isFields(level)
      ? (level.threshold ?? (name === "caution" ? level.max : level.min))
      : level;
    return typeof found === "number" ? found : fallback;
  };
  return { thresholds: { opportunity: number("opportunity", 15), caution: number("caution", -5) } };
}

/**
 * Texts by fact or provider. A stand-in value is left out: a missing fact is null here, and no
 * comparison with it holds.
 */
function missingTexts(map: unknown, notes: string[]): Fields | undefined {
  if (!isFields(map)) return undefined;
  const texts = Object.entries(map).filter(([key, value]) => {
    if (typeof value !== "string")
      notes.push(`missing_map: ${key}: ${JSON.stringify(value)} is no text and was left out`);
    return typeof value === "string";
  });
  return Object.fromEntries(texts);
}

/** Shell's `:-` becomes `:`; a setting that rules may not read becomes its default. */
function plainReference(text: string, notes: string[]): string {
  return text.replace(
    /\$\{([A-Za-z0-9_]+)(?::-?([^}]*))?\}/g,
    (whole, name: string, fallback: string | undefined) => {
      if (isAllowed(name)) return fallback === undefined ? whole : `\${${name}:${fallback}}`;
      notes.push(`\${${name}}: rules may not read this setting; its default was written in`);
      return fallback ?? "0";
    },
  );
}

/**
 * References stand for numbers; while the expression is fixed, numbers that nobody writes stand
 * for them.
 */
const STAND_IN = 900_000_001;

function fixCondition(text: string, vocabulary: FactVocabulary, notes: string[]): string {
  const references: string[] = [];
  const opened = plainReference(text.trim(), notes).replace(/\$\{[^}]*\}/g, (reference) =>
    String(STAND_IN + references.push(reference) - 1),
  );
  const scope = new Map([...scopeOf(vocabulary), ["score", "number"], ["level", "text"]] as const);
  const fixed = fixExpression(opened, scope);
  return references.reduce(
    (done, reference, index) => done.replaceAll(String(STAND_IN + index), reference),
    fixed,
  );
}
