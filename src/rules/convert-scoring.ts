import { isFields, type PlainFields } from "../kit/plain-fields.ts";
import type { FactVocabulary } from "../model/facts.ts";
import type { TextConverter } from "./convert-references.ts";
import { convertNumber } from "./convert-rule.ts";
import { RulesDocument } from "./document.ts";

/** What our file says where a foreign one says nothing. */
const DEFAULTS = RulesDocument.parse({ version: "1.0", groups: [] });
const LEVELS = ["opportunity", "caution"] as const;
type LevelName = (typeof LEVELS)[number];

/** Notes what is left out of `fields`: all but the named ones. */
export function noteOthers(
  fields: PlainFields,
  known: readonly string[],
  where: string,
  notes: string[],
): void {
  for (const key of Object.keys(fields))
    if (!known.includes(key)) notes.push(`${where}${key} has no counterpart and was left out`);
}

/**
 * Thresholds from `scoring.thresholds`, `scoring.levels`, `levels` or `thresholds`, the first that
 * has them:
 * `{opportunity: 15}`, `{opportunity: {min: 15}, caution: {max: -5}}`, or a list of
 * {name, min, max, threshold}.
 */
export function convertScoring(
  { scoring, levels, thresholds }: PlainFields,
  convert: TextConverter,
  notes: string[],
): PlainFields | undefined {
  const fields = isFields(scoring) ? scoring : {};
  if (scoring !== undefined && scoring !== null && !isFields(scoring))
    notes.push("scoring: holds no fields and was left out");
  noteOthers(fields, ["thresholds", "levels"], "scoring: ", notes);
  const found = [
    readLevels(fields.thresholds, "scoring.thresholds", convert, notes),
    readLevels(fields.levels, "scoring.levels", convert, notes),
    readLevels(levels, "levels", convert, notes),
    readLevels(thresholds, "thresholds", convert, notes),
  ];
  const named = LEVELS.flatMap((name) => {
    const values = found.flatMap((each) => each[name] ?? []);
    const [value] = values;
    if (values.some((other) => other !== value))
      notes.push(`scoring, levels: ${name} has the numbers ${values.join(", ")}: ${value} counts`);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (named.length === 0) return undefined;
  return { thresholds: { ...DEFAULTS.scoring.thresholds, ...Object.fromEntries(named) } };
}

function readLevels(
  levels: unknown,
  where: string,
  convert: TextConverter,
  notes: string[],
): Partial<Record<LevelName, unknown>> {
  if (levels === undefined || levels === null) return {};
  const entries = Array.isArray(levels)
    ? levels.filter(isFields).map((level) => [String(level.name ?? level.level), level] as const)
    : isFields(levels)
      ? Object.entries(levels)
      : [];
  if (entries.length === 0) notes.push(`${where}: holds no levels and was left out`);
  const found: Partial<Record<LevelName, unknown>> = {};
  for (const [name, level] of entries) {
    const known = LEVELS.find((each) => each === name.toLowerCase());
    if (!known) {
      // What is neither of the two is `observe` by itself.
      notes.push(`${where}: ${name} has no counterpart and was left out`);
      continue;
    }
    const value = thresholdOf(known, level, `${where}: ${name}: `, convert, notes);
    if (value === undefined)
      notes.push(`${where}: ${name} names no number and was left out: ${JSON.stringify(level)}`);
    else found[known] = value;
  }
  return found;
}

function thresholdOf(
  name: LevelName,
  level: unknown,
  where: string,
  convert: TextConverter,
  notes: string[],
): unknown {
  const bound = name === "caution" ? "max" : "min";
  if (isFields(level)) noteOthers(level, ["name", "level", ...fieldsOf(bound)], where, notes);
  const given = isFields(level) ? fieldsOf(bound).flatMap((field) => level[field] ?? [])[0] : level;
  if (typeof given === "string") {
    const bare = given.trim().replace(/^(?:score\s*)?(?:>=|<=|>|<)\s*/, "");
    if (bare !== given.trim()) notes.push(`${where}read as ${bare}`);
    const value = convertNumber(bare, convert);
    return typeof value === "number" || bare.includes("${") ? value : undefined;
  }
  return typeof given === "number" ? given : undefined;
}

/** Where a level keeps its number. */
const fieldsOf = (bound: "min" | "max"): string[] => [
  "threshold",
  bound,
  `${bound}_score`,
  "score",
  "condition",
  "when",
];

/** `states` with the defaults for what is not there. */
export function convertStates(
  states: unknown,
  convert: TextConverter,
  notes: string[],
): PlainFields | undefined {
  if (!isFields(states)) return leftOut(states, "states", notes);
  const { verified, downgraded } = DEFAULTS.states;
  noteOthers(states, ["verified", "downgraded"], "states: ", notes);
  return {
    verified: convert.expression(String(states.verified ?? verified)),
    downgraded: convert.expression(String(states.downgraded ?? downgraded)),
  };
}

const STATES = ["candidate", "verified", "downgraded"];

export function convertNotify(
  notify: unknown,
  convert: TextConverter,
  notes: string[],
): PlainFields | undefined {
  if (!isFields(notify)) return leftOut(notify, "notify", notes);
  noteOthers(notify, ["min_score", "on"], "notify: ", notes);
  const on = notify.on === undefined ? DEFAULTS.notify.on : [notify.on].flat();
  for (const state of on)
    if (!STATES.includes(String(state)))
      notes.push(`notify: on: ${JSON.stringify(state)} has no counterpart and was left out`);
  const asked = convertNumber(notify.min_score ?? DEFAULTS.notify.min_score, convert);
  const isNumber = typeof asked === "number" || String(asked).includes("${");
  if (!isNumber)
    notes.push(`notify: min_score ${JSON.stringify(asked)} is no number and was left out`);
  return {
    min_score: isNumber ? asked : DEFAULTS.notify.min_score,
    on: on.filter((state) => STATES.includes(String(state))),
  };
}

function leftOut(value: unknown, where: string, notes: string[]): undefined {
  if (value !== undefined && value !== null)
    notes.push(`${where}: holds no fields and was left out`);
}

/** What other projects call our providers and facts. */
const SOURCES: Readonly<Record<string, string>> = {
  hf: "sentiment",
  huggingface: "sentiment",
  dexscreener: "dex",
  geckoterminal: "dex",
  bq: "bigquery",
  onchain: "bigquery",
};

/**
 * `missing_map`: a text for each source, or {condition, reason}. Here a text is said when all facts
 * of its provider are unknown, so the condition is left out. A stand-in value is left out too: no
 * comparison with a missing fact holds.
 */
export function convertMissing(
  maps: PlainFields,
  vocabulary: FactVocabulary,
  convert: TextConverter,
  notes: string[],
): PlainFields {
  const taken: Record<string, string> = {};
  for (const { where, source, entry } of missingEntries(maps, notes)) {
    const text = textOf(entry, where, notes);
    if (text === undefined) continue;
    const lower = source.toLowerCase();
    const name = SOURCES[lower] ?? lower;
    if (name !== source) notes.push(`${where}is called ${name} here`);
    if (!isSource(name, vocabulary))
      notes.push(`${where}${JSON.stringify(text)} was left out: no fact or provider has this name`);
    else if (Object.hasOwn(taken, name))
      notes.push(`${where}${JSON.stringify(text)} was left out: ${name} has a text already`);
    else taken[name] = convert.text(text);
  }
  return taken;
}

/** The entries of `missing_map` and `missing`, one after another. */
function missingEntries(maps: PlainFields, notes: string[]) {
  return Object.entries(maps).flatMap(([field, map]) => {
    if (map === undefined || map === null) return [];
    const entries: (readonly [string, unknown])[] = Array.isArray(map)
      ? map.filter(isFields).map((entry) => [sourceOf(entry), entry] as const)
      : isFields(map)
        ? Object.entries(map)
        : [];
    if (entries.length === 0) notes.push(`${field}: holds no texts and was left out`);
    return entries.map(([source, entry]) => ({ where: `${field}: ${source}: `, source, entry }));
  });
}

/** What the entries of a list call the source that they speak of. */
const SOURCE_FIELDS = ["name", "source", "key", "field", "fact", "provider", "id"];

const sourceOf = (entry: PlainFields): string =>
  String(SOURCE_FIELDS.map((field) => entry[field]).find((name) => name !== undefined) ?? "?");

/** A text that fits our file. */
function fitting(text: string, where: string, notes: string[]): string | undefined {
  if (text.trim() === "") notes.push(`${where}is empty and was left out`);
  if (text.length > MAX_TEXT) notes.push(`${where}was cut to ${MAX_TEXT} characters`);
  return text.trim() === "" ? undefined : text.slice(0, MAX_TEXT);
}

const MAX_TEXT = 300;

const isSource = (name: string, vocabulary: FactVocabulary): boolean =>
  Object.hasOwn(vocabulary, name) ||
  Object.values(vocabulary).some(({ provider }) => provider === name);

function textOf(entry: unknown, where: string, notes: string[]): string | undefined {
  if (typeof entry === "string") return fitting(entry, where, notes);
  const text = isFields(entry) ? (entry.reason ?? entry.message ?? entry.text) : undefined;
  if (!isFields(entry) || typeof text !== "string") {
    notes.push(`${where}${JSON.stringify(entry)} holds no text and was left out`);
    return undefined;
  }
  if (entry.condition !== undefined)
    notes.push(
      `${where}its condition ${JSON.stringify(entry.condition)} was left out: the text is said ` +
        "when nothing of the source is known",
    );
  const known = ["reason", "message", "text", "condition", ...SOURCE_FIELDS];
  noteOthers(entry, known, where, notes);
  return fitting(text, where, notes);
}
