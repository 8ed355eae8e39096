import { isFields, type PlainFields } from "../kit/plain-fields.ts";
import { convertCondition, logicOf } from "./convert-condition.ts";
import type { TextConverter } from "./convert-references.ts";

/** The names that a rule's fields have elsewhere. The first that is there counts. */
const CONDITION = ["condition", "conditions", "when", "if", "expression"];
const SCORE = ["score", "weight", "points"];
const REASON = ["reason", "message", "description"];
const ON_FIELDS = ["enabled", "active", "enable", "is_enabled", "is_active"];
const OFF_FIELDS = [
  "disabled",
  "dry_run",
  "shadow",
  "disable",
  "is_disabled",
  "skip",
  "muted",
  "draft",
  "paused",
  "inactive",
  "suspended",
  "deprecated",
  "archived",
];
export const SWITCHES = [...ON_FIELDS, ...OFF_FIELDS];
const OTHERS = ["id", "name", "per", "unless", "stage", "status", ...SWITCHES];
const KNOWN = new Set([...CONDITION, ...SCORE, ...REASON, ...OTHERS]);
/** Where engines with actions keep what a match adds. */
const ACTIONS = ["then", "action", "effect"];
const MAX_NAME = 100;
const MAX_REASON = 300;

/** A rule of a foreign file in our fields. `isOff`: its group is switched off. */
export function convertRule(
  given: PlainFields,
  fallback: string,
  isOff: boolean,
  converter: TextConverter,
  notes: string[],
): PlainFields {
  const name = shownName([given.name, given.id, fallback]);
  const say = (note: string) => notes.push(`${name}: ${note}`);
  const rule = withJoined(withAction(given, say));
  const convert = converter.named(name);
  const logic = logicOf(rule);
  for (const key of Object.keys(rule))
    if (!KNOWN.has(key) && key !== logic?.field && key !== offField(rule))
      say(`${key} has no counterpart and was left out`);
  const first = (names: readonly string[]): unknown => {
    const [used, ...unused] = names.filter((field) => (rule[field] ?? null) !== null);
    for (const field of unused) say(`${field} was left out: ${used} says it`);
    return used === undefined ? undefined : rule[used];
  };
  return {
    ...(rule.id !== undefined && rule.id !== null && { id: idOf(String(rule.id), say) }),
    name,
    condition: conditionOf(first(CONDITION), rule.unless, logic?.joins, convert, say),
    ...scoreOf(first(SCORE), rule.per ?? undefined, convert, say),
    reason: reasonOf(first(REASON), name, convert, say),
    ...stageOf(rule, isOff, say),
  };
}

/** `then: {score: 5, reason: …}` and `then: 5` as fields of the rule. */
function withAction(rule: PlainFields, say: (note: string) => void): PlainFields {
  const key = ACTIONS.find((action) => isFields(rule[action]) || typeof rule[action] === "number");
  if (key === undefined) return rule;
  const { [key]: action, ...fields } = rule;
  const counts = isFields(action) ? action : { score: action };
  for (const field of Object.keys(counts))
    if ((fields[field] ?? null) !== null) say(`${field} was left out: that of ${key} counts`);
  return { ...fields, ...counts };
}

/** `any: […]` and `all: […]` beside the score, as the condition. */
function withJoined(rule: PlainFields): PlainFields {
  if (CONDITION.some((field) => (rule[field] ?? null) !== null)) return rule;
  const { any, all, none, ...fields } = rule;
  const joined = Object.entries({ any, all, none }).filter(([, value]) => Array.isArray(value));
  return joined.length > 0 ? { ...fields, condition: Object.fromEntries(joined) } : rule;
}

/** The first that is not empty. */
export const shownName = (names: readonly unknown[]): string =>
  String(names.find((each) => String(each ?? "").trim() !== "") ?? "rule").slice(0, MAX_NAME);

function conditionOf(
  given: unknown,
  unless: unknown,
  joins: "and" | "or" | undefined,
  convert: TextConverter,
  say: (note: string) => void,
): string {
  const condition = convertCondition(given, convert, say, joins);
  return (unless ?? null) === null
    ? condition
    : `(${condition}) and not (${convertCondition(unless, convert, say)})`;
}

/** A score that is an expression is worth 1 times that. */
function scoreOf(
  given: unknown,
  per: unknown,
  convert: TextConverter,
  say: (note: string) => void,
): PlainFields {
  if (given === undefined) say("has no score: it adds 0");
  const factor = per === undefined ? undefined : convert.expression(String(per), "number");
  const computed =
    factor === undefined && typeof given === "string" ? convert.number(given) : undefined;
  if (computed !== undefined) {
    say(`score ${JSON.stringify(given)} is computed: it is 1 per ${computed} now`);
    return { score: 1, per: computed };
  }
  const score = numberOrZero("score", given ?? 0, convert, say);
  return factor === undefined ? { score } : { score, per: factor };
}

function reasonOf(
  given: unknown,
  name: string,
  convert: TextConverter,
  say: (note: string) => void,
): string {
  const reason = convert.text(String(given ?? "").trim() || name);
  const [blank] = /(?<!\$)\{\w*\}/.exec(reason) ?? [];
  if (blank !== undefined) say(`${blank} in its reason is shown as it stands: no value is put in`);
  if (reason.length > MAX_REASON) say(`its reason was cut to ${MAX_REASON} characters`);
  return reason.slice(0, MAX_REASON);
}

/** Whether an entry of a list can be a rule at all. */
export const isRule = (fields: PlainFields): boolean =>
  CONDITION.some((field) => (fields[field] ?? null) !== null) ||
  ["any", "all", "none"].some((field) => Array.isArray(fields[field]));

/**
 * What is not surely on counts as off. Readers of YAML 1.1, as Python's are, take no and off for
 * false.
 */
export const isSwitchedOff = (fields: PlainFields): boolean =>
  ON_FIELDS.some((field) => (fields[field] ?? null) !== null && !ON.test(asked(fields[field]))) ||
  OFF_FIELDS.some((field) => (fields[field] ?? null) !== null && !OFF.test(asked(fields[field])));

/** A switch, or the default of the setting that stands for it. */
const asked = (value: unknown): string =>
  String(value)
    .replace(/^\$\{\w+:-?([^}]*)\}$/, "$1")
    .trim();

const OFF = /^(?:false|no|off|0)$/i;
const ON = /^(?:true|yes|on|1)$/i;

/** A number, a setting that stands for one, or what it was. */
export function convertNumber(value: unknown, convert: TextConverter): unknown {
  if (typeof value !== "string") return value;
  const text = convert.text(value.trim());
  const plain = text.replace(/(?<=\d)_(?=\d)/g, "");
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(plain) ? Number(plain) : text;
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

function idOf(id: string, say: (note: string) => void): string {
  const fitting = id.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 50);
  if (fitting !== id) say(`its id is ${fitting} now`);
  return fitting;
}

/** Fields that may say something else than whether a rule counts. */
const PERHAPS_OFF = ["state", "mode"];
const OFF_WORD =
  /^(?:off|false|no|disabled|inactive|paused|suspended|draft|archived|deprecated|shadow|test|testing|dry[_ -]?run|never)$/i;
const LIVE = /^(?:live|on|true|active|enabled|prod|production)$/i;

const offField = (rule: PlainFields): string | undefined =>
  PERHAPS_OFF.find((field) => OFF_WORD.test(String(rule[field] ?? "")));

/** What is not surely live is on trial: a rule that was off must not begin to count. */
function stageOf(rule: PlainFields, isOff: boolean, say: (note: string) => void): PlainFields {
  const isDisabled = isSwitchedOff(rule);
  if (isDisabled) say("was switched off; it is on trial now (stage: shadow)");
  const odd = (["stage", "status"] as const).find(
    (field) => (rule[field] ?? null) !== null && !LIVE.test(String(rule[field])),
  );
  if (odd !== undefined && rule[odd] !== "shadow")
    say(`${odd} ${JSON.stringify(rule[odd])} has no counterpart: it is on trial (stage: shadow)`);
  const off = offField(rule);
  if (off !== undefined)
    say(`${off} ${JSON.stringify(rule[off])}: it is on trial now (stage: shadow)`);
  const isOnTrial = isDisabled || isOff || odd !== undefined || off !== undefined;
  return isOnTrial ? { stage: "shadow" } : {};
}
