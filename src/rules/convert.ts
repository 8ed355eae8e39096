import { parseDocument, stringify } from "yaml";
import { isFields, type PlainFields } from "../kit/plain-fields.ts";
import type { FactVocabulary } from "../model/facts.ts";
import { type TextConverter, textConverter } from "./convert-references.ts";
import {
  convertRule,
  isRule,
  isSwitchedOff,
  numberOrZero,
  SWITCHES,
  shownName,
} from "./convert-rule.ts";
import {
  convertMissing,
  convertNotify,
  convertScoring,
  convertStates,
  noteOthers,
} from "./convert-scoring.ts";
import { yamlTooCostly } from "./yaml-bounds.ts";
import { plainMessage } from "./yaml-messages.ts";

export type ConvertResult =
  | { kind: "converted"; text: string; notes: string[] }
  | { kind: "unreadable"; message: string };

const MAX_ALIASES = 100;
const FIELDS = [
  "version",
  "groups",
  "rules",
  "levels",
  "thresholds",
  "missing_map",
  "scoring",
  "states",
  "notify",
  "missing",
];

/**
 * Turns a rules file of the Python kind into ours: conditions as Python reads them, `when:`,
 * `levels:`, `missing_map:`, groups as a map, rules outside of groups. What could not be
 * carried over, or was guessed, is said in the notes. A file without a rule is unreadable. Comments
 * are not kept.
 */
export function convertRules(text: string, vocabulary: FactVocabulary): ConvertResult {
  const read = plainValues(text);
  if (read instanceof Error) return { kind: "unreadable", message: read.message };
  const notes: string[] = [];
  const found = Array.isArray(read) ? { rules: read } : unwrapped(read, notes);
  if (!isFields(found)) return NO_RULES;
  const convert = textConverter(vocabulary, notes);
  const sections = sectionsOf(found, notes);
  if (!sections.some(({ rules }) => rules.some(({ rule }) => isRule(rule)))) return NO_RULES;
  noteOthers(found, FIELDS, "", notes);
  const { version, missing_map, states, notify, missing } = found;
  const document = {
    version: (typeof version === "number" ? version.toFixed(1) : String(version ?? "1.0")).slice(
      0,
      50,
    ),
    groups: withOwnIds(
      sections.map((section) => convertSection(section, convert, notes)),
      notes,
    ),
    ...optional("scoring", convertScoring(found, convert, notes)),
    ...optional("states", convertStates(states, convert, notes)),
    ...optional("notify", convertNotify(notify, convert, notes)),
    ...optional("missing", {
      ...convertMissing({ missing_map, missing }, vocabulary, convert, notes),
    }),
  };
  return {
    kind: "converted",
    text: stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }),
    notes: [...new Set(notes)],
  };
}

/** `ruleset: {groups: …}` as what it wraps. */
function unwrapped(read: unknown, notes: string[]): unknown {
  const holds = (value: unknown): value is PlainFields =>
    isFields(value) && ["groups", "rules"].some((field) => Object.hasOwn(value, field));
  if (!isFields(read) || holds(read)) return read;
  const [wrapper] = Object.entries(read).filter(([, value]) => holds(value));
  if (!wrapper) return read;
  const [key, inner] = wrapper;
  for (const other of Object.keys(read))
    if (other !== key) notes.push(`${other} has no counterpart and was left out`);
  return inner;
}

const NO_RULES: ConvertResult = {
  kind: "unreadable",
  message: "holds no rules: expected groups or rules, each rule with a condition",
};

/**
 * Files of the Python kind share parts by anchors, `*name` and `<<`: they are written out here, as
 * long as they stay few.
 */
function plainValues(text: string): unknown {
  const bound = yamlTooCostly(text);
  if (bound) return new Error(bound.message);
  const parsed = parseDocument(text, { prettyErrors: false, uniqueKeys: true, merge: true });
  const [fault] = parsed.errors;
  if (fault) return new Error(plainMessage(fault));
  try {
    return parsed.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const optional = (key: string, value: unknown): PlainFields =>
  value === undefined || (isFields(value) && Object.keys(value).length === 0)
    ? {}
    : { [key]: value };

/** A group before its rules are converted. `key` stands for a rule's name where it has none. */
type Section = {
  name: string;
  fields: PlainFields;
  rules: { key: string; rule: PlainFields }[];
};

/** The groups, as a list or a map, and the rules outside of them. */
function sectionsOf({ groups, rules }: PlainFields, notes: string[]): Section[] {
  const listed = entriesOf(groups, "groups", notes).map(({ key, value }, index) => {
    const fields = Array.isArray(value) || isMapOfRules(value) ? { rules: value } : value;
    const name = shownName([fields.name, key, `group_${index + 1}`]);
    return sectionOf(name, fields, notes);
  });
  if (rules === undefined || rules === null) return listed;
  return [...listed, sectionOf("imported", { rules }, notes)];
}

/** A group may hold its rules by name, without a field `rules`. */
const isMapOfRules = (group: PlainFields): boolean =>
  !Object.hasOwn(group, "rules") &&
  Object.values(group).some((value) => isFields(value) && isRule(value));

function sectionOf(name: string, fields: PlainFields, notes: string[]): Section {
  const rules = entriesOf(fields.rules, name, notes).flatMap(({ key, value }, index) =>
    isFields(value) ? [{ key: key ?? `${name}_${index + 1}`, rule: value }] : [],
  );
  return { name, fields, rules };
}

type Entry = { key: string | undefined; value: PlainFields | unknown[] };

/** What a list or a map holds; in a map the keys are names. */
function entriesOf(held: unknown, where: string, notes: string[]): Entry[] {
  if (held === undefined || held === null) return [];
  if (!Array.isArray(held) && !isFields(held)) {
    notes.push(`${where}: ${JSON.stringify(held)} is no list and was left out`);
    return [];
  }
  const entries: { key: string | undefined; value: unknown }[] = Array.isArray(held)
    ? held.map((value) => ({ key: undefined, value }))
    : Object.entries(held).map(([key, value]) => ({ key, value }));
  const usable = entries.filter(
    (entry): entry is Entry => isFields(entry.value) || Array.isArray(entry.value),
  );
  if (usable.length < entries.length)
    notes.push(
      `${where}: ${entries.length - usable.length} of its rules are no fields and were left out`,
    );
  return usable;
}

type ConvertedGroup = PlainFields & { rules: PlainFields[] };

const GROUP_FIELDS = ["name", "priority", "rules", ...SWITCHES];

function convertSection(
  { name, fields, rules }: Section,
  convert: TextConverter,
  notes: string[],
): ConvertedGroup {
  noteOthers(fields, GROUP_FIELDS, `${name}: `, notes);
  const isOff = isSwitchedOff(fields);
  const usable = rules.filter(({ rule }) => isRule(rule));
  for (const { key, rule } of rules)
    if (!isRule(rule))
      notes.push(`${name}: ${String(rule.name ?? rule.id ?? key)} has no condition: left out`);
  if (isOff) notes.push(`${name}: was not enabled; all its rules are on trial now (stage: shadow)`);
  return {
    name,
    priority: numberOrZero("priority", fields.priority ?? 0, convert, (note) =>
      notes.push(`${name}: ${note}`),
    ),
    rules: usable.map(({ key, rule }) => convertRule(rule, key, isOff, convert, notes)),
  };
}

/** An id belongs to one rule: a second one is renamed. */
function withOwnIds(groups: ConvertedGroup[], notes: string[]): ConvertedGroup[] {
  const taken = new Set<string>();
  return groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => {
      if (rule.id === undefined) return rule;
      const id = String(rule.id);
      const own = taken.has(id) ? freeId(id, taken) : id;
      if (own !== id) notes.push(`${String(rule.name)}: its id ${id} was taken; it is ${own} now`);
      taken.add(own);
      return { ...rule, id: own };
    }),
  }));
}

function freeId(id: string, taken: ReadonlySet<string>): string {
  let n = 2;
  while (taken.has(`${id.slice(0, 45)}_${n}`)) n += 1;
  return `${id.slice(0, 45)}_${n}`;
}
