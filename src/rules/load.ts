import { sha256Hex } from "../kit/hash.ts";
import type { FactVocabulary } from "../model/facts.ts";
import { canonicalNames, type RuleCondition, readCondition } from "./condition.ts";
import { FIELDS, MAX_EXPRESSIONS, MAX_FILE_BYTES, MAX_RULES, RulesDocument } from "./document.ts";
import { foreignField } from "./foreign.ts";
import { ISSUES_SHOWN, schemaIssues } from "./issues.ts";
import type { CheckScope, ValueType } from "./language/check.ts";
import type { ExpressionFault } from "./language/traps.ts";
import { type LiveRule, type Ruleset, STATE_SLOTS, withRules } from "./score.ts";
import { duplicateRules } from "./warnings/duplicate-rules.ts";
import { shellDefault } from "./warnings/shell-defaults.ts";
import { warningsOf } from "./warnings/warnings.ts";
import { formatPath, readYaml, type YamlProblem, type YamlSource } from "./yaml.ts";

export type LoadResult =
  | { kind: "loaded"; rules: Ruleset; warnings: YamlProblem[] }
  | { kind: "rejected"; problems: YamlProblem[] };

const TYPES: Record<FactVocabulary[string]["type"], ValueType> = {
  number: "number",
  string: "text",
  list: "list",
};

/**
 * Reads a rules file. Whatever is wrong with it is answered with line and column; nothing is
 * thrown, nothing half loaded.
 */
export function loadRules(
  text: string,
  variables: Readonly<Record<string, string>>,
  vocabulary: FactVocabulary,
): LoadResult {
  const tooLarge = oversize(text);
  if (tooLarge) return { kind: "rejected", problems: [tooLarge] };
  const read = readYaml(text, variables);
  if (read.kind === "refused") return { kind: "rejected", problems: read.problems };
  const { source } = read;
  const parsed = RulesDocument.safeParse(source.value);
  if (source.faults.length > 0) return { kind: "rejected", problems: source.faults };
  if (!parsed.success)
    return {
      kind: "rejected",
      problems: foreign(source) ?? schemaIssues(parsed.error.issues, source, FIELDS),
    };
  return assemble(text, parsed.data, source, vocabulary);
}

function oversize(text: string): YamlProblem | undefined {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= MAX_FILE_BYTES) return undefined;
  return {
    line: 1,
    column: 1,
    path: "",
    message: `the file has ${bytes} bytes; ${MAX_FILE_BYTES} are taken`,
  };
}

/**
 * A file of the Python kind would raise complaints about every rule of it: one says what to do
 * instead.
 */
function foreign({ value, nameProblem }: YamlSource): YamlProblem[] | undefined {
  const path = foreignField(value);
  if (!path) return undefined;
  const field =
    path.at(-1) === undefined ? "a list of rules without groups" : `${String(path.at(-1))}:`;
  const message = `${field} belongs to another kind of rules file`;
  return [
    {
      ...nameProblem(path, message),
      suggestion: "convert it: npm run -s stream -- rules import FILE",
    },
  ];
}

function assemble(
  text: string,
  document: RulesDocument,
  source: YamlSource,
  vocabulary: FactVocabulary,
): LoadResult {
  const problems: YamlProblem[] = [];
  const warnings: YamlProblem[] = source.references.flatMap(({ path, reference }) =>
    shellDefault(reference).map((fault) => problemOf(fault, path, source, text)),
  );
  const slots: string[] = [...STATE_SLOTS];
  const scope = scopeOf(vocabulary);
  const read = (
    path: PropertyKey[],
    expression: string,
    known: CheckScope,
    wanted: ValueType,
  ): RuleCondition | undefined => {
    // What nobody will be shown is not looked for: a hostile file could hold thousands of mistakes.
    if (problems.length >= ISSUES_SHOWN) return undefined;
    const result = readCondition(expression, known, wanted, (name) =>
      slotOf(slots, canonicalNames(name)),
    );
    if (result.kind === "refused") {
      problems.push(...result.faults.map((fault) => problemOf(fault, path, source, text)));
      return undefined;
    }
    if (warnings.length < ISSUES_SHOWN)
      warnings.push(
        ...warningsOf(result.condition, referencesIn(path, source), vocabulary).map((fault) =>
          problemOf(fault, path, source, text),
        ),
      );
    return result.condition;
  };
  const rules = liveRules(
    document,
    (path, expression, wanted) => read(path, expression, scope, wanted),
    problems,
    warnings,
    source,
  );
  const withScore: CheckScope = new Map([...scope, ["score", "number"], ["level", "text"]]);
  const verified = read(["states", "verified"], document.states.verified, withScore, "truth");
  const downgraded = read(["states", "downgraded"], document.states.downgraded, withScore, "truth");
  if (rules.length === 0 && problems.length === 0)
    warnings.push(source.problem(["groups"], "holds no rules: every score will be 0"));
  const missing = missingTexts(document, vocabulary, source, warnings);
  if (problems.length > 0 || !verified || !downgraded)
    return { kind: "rejected", problems: problems.slice(0, ISSUES_SHOWN) };
  const states = { verified, downgraded };
  const notify = { minScore: document.notify.min_score, on: document.notify.on };
  const sha = sha256Hex(
    `${text}\n` +
      JSON.stringify(Object.entries(source.variables).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  return {
    kind: "loaded",
    rules: withRules(
      { sha, text, variables: source.variables, document, states, notify, missing, slots },
      rules,
    ),
    warnings,
  };
}

function referencesIn(path: PropertyKey[], { references }: YamlSource) {
  if (references.length === 0) return [];
  const field = formatPath(path);
  return references.flatMap((found) => (formatPath(found.path) === field ? [found.reference] : []));
}

export const scopeOf = (vocabulary: FactVocabulary): CheckScope =>
  new Map(Object.entries(vocabulary).map(([name, fact]) => [name, TYPES[fact.type]]));

function slotOf(slots: string[], name: string): number {
  const known = slots.indexOf(name);
  return known >= 0 ? known : slots.push(name) - 1;
}

function liveRules(
  document: RulesDocument,
  read: (path: PropertyKey[], expression: string, wanted: ValueType) => RuleCondition | undefined,
  problems: YamlProblem[],
  warnings: YamlProblem[],
  source: YamlSource,
): LiveRule[] {
  const all = document.groups.flatMap((group) => group.rules);
  if (all.length > MAX_RULES) {
    problems.push(source.problem(["groups"], `${all.length} rules; ${MAX_RULES} are taken`));
    return [];
  }
  const characters = all.reduce(
    (sum, { condition, per = "" }) => sum + condition.length + per.length,
    0,
  );
  if (characters > MAX_EXPRESSIONS) {
    problems.push(
      source.problem(
        ["groups"],
        `conditions of ${characters} characters; ${MAX_EXPRESSIONS} are taken`,
      ),
    );
    return [];
  }
  const taken = new Set<string>();
  const placed = document.groups.flatMap((group, g) =>
    group.rules.map((rule, r) => ({ group, rule, path: ["groups", g, "rules", r] })),
  );
  for (const { rule, path } of placed) {
    if (rule.id === undefined) continue;
    if (taken.has(rule.id))
      problems.push(source.problem([...path, "id"], `the id ${rule.id} is taken by another rule`));
    taken.add(rule.id);
  }
  const rules = placed.flatMap(({ group, rule, path }) => {
    const condition = read([...path, "condition"], rule.condition, "truth");
    const per = rule.per === undefined ? null : read([...path, "per"], rule.per, "number");
    if (!condition || per === undefined) return [];
    const key = rule.id ?? unique(rule.name, taken);
    const live: LiveRule = {
      key,
      group: group.name,
      weight: rule.score,
      condition,
      per,
      reason: rule.reason,
      match: {
        kind: "matched",
        reason: Object.freeze({
          rule: key,
          group: group.name,
          score: rule.score,
          text: rule.reason,
        }),
      },
      shadow: rule.stage === "shadow",
    };
    return [{ live, priority: group.priority, path }];
  });
  for (const { rule, earlier } of duplicateRules(rules).slice(0, ISSUES_SHOWN))
    warnings.push(
      source.problem(
        [...rule.path, "condition"],
        `asks what ${earlier.key} asks: where it holds, both count`,
      ),
    );
  return rules.sort((a, b) => b.priority - a.priority).map(({ live }) => live);
}

function unique(name: string, taken: Set<string>): string {
  let key = name;
  for (let n = 2; taken.has(key); n++) key = `${name}#${n}`;
  taken.add(key);
  return key;
}

function problemOf(
  fault: ExpressionFault,
  path: readonly PropertyKey[],
  source: YamlSource,
  text: string,
): YamlProblem {
  const problem = source.problem(path, fault.message, fault.at[0]);
  const start = source.offset(path, fault.at[0]);
  const end = fault.at[1] > fault.at[0] ? source.offset(path, fault.at[1] - 1) + 1 : start;
  const quoted = text[source.offset(path) - 1] === '"';
  const edit =
    fault.instead === undefined
      ? undefined
      : quoted
        ? fault.instead.replaceAll('"', '\\"')
        : fault.instead;
  return {
    ...problem,
    ...(fault.suggestion && { suggestion: fault.suggestion }),
    ...(edit !== undefined && { edit: { start, end, text: edit } }),
  };
}

/** A key of `missing` names a provider, whose facts must all be absent, or one fact. */
function missingTexts(
  document: RulesDocument,
  vocabulary: FactVocabulary,
  source: YamlSource,
  warnings: YamlProblem[],
): Ruleset["missing"] {
  return Object.entries(document.missing).flatMap(([key, text]) => {
    const own = Object.hasOwn(vocabulary, key)
      ? [key]
      : Object.keys(vocabulary).filter((name) => vocabulary[name]?.provider === key);
    if (own.length === 0)
      warnings.push(source.problem(["missing", key], `no fact or provider is called ${key}`));
    return own.length === 0 ? [] : [{ text, facts: own }];
  });
}
