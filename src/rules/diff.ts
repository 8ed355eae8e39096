import type { RuleEntry } from "./document.ts";
import type { Ruleset } from "./score.ts";

/** What differs between two versions, in the terms of the file rather than of its lines. */
export type RulesDiff = {
  added: string[];
  removed: string[];
  changed: { rule: string; field: string; before: unknown; after: unknown }[];
  /**
   * Everything that is not a rule: thresholds, states, notify, missing, groups' priorities,
   * settings.
   */
  settings: { field: string; before: unknown; after: unknown }[];
};

export function diffRules(before: Ruleset, after: Ruleset): RulesDiff {
  const [old, now] = [rulesOf(before), rulesOf(after)];
  const changed = [...now].flatMap(([key, rule]) => {
    const was = old.get(key);
    return was ? fieldsThatDiffer(was, rule).map((change) => ({ rule: key, ...change })) : [];
  });
  return {
    added: [...now.keys()].filter((key) => !old.has(key)),
    removed: [...old.keys()].filter((key) => !now.has(key)),
    changed,
    settings: fieldsThatDiffer(settingsOf(before), settingsOf(after)),
  };
}

type Fields = Record<string, unknown>;

/** Rules by id or name; the group they stand in counts as a field. */
function rulesOf({ document }: Ruleset): Map<string, Fields> {
  const named = ({ id, name }: RuleEntry) => id ?? name;
  return new Map(
    document.groups.flatMap((group) =>
      group.rules.map((rule) => [named(rule), { ...rule, group: group.name }] as const),
    ),
  );
}

function settingsOf({ document, variables }: Ruleset): Fields {
  const priorities = Object.fromEntries(
    document.groups.map(({ name, priority }) => [`priority of ${name}`, priority]),
  );
  const { version, scoring, states, notify, missing } = document;
  return {
    version,
    ...scoring.thresholds,
    ...states,
    ...notify,
    ...prefixed("missing", missing),
    ...prefixed("setting", variables),
    ...priorities,
  };
}

const prefixed = (prefix: string, fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [`${prefix} ${key}`, value]));

function fieldsThatDiffer(
  before: Fields,
  after: Fields,
): { field: string; before: unknown; after: unknown }[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields]
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}
