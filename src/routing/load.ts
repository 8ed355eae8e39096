import { unknownNames } from "../channels/_shared/template.ts";
import { sha256Hex } from "../kit/hash.ts";
import { nearestName } from "../kit/nearest-name.ts";
import { utf8Length } from "../kit/utf8.ts";
import type { FactVocabulary } from "../model/facts.ts";
import { canonicalNames, type RuleCondition, readCondition } from "../rules/condition.ts";
import { ISSUES_SHOWN, schemaIssues } from "../rules/issues.ts";
import { scopeOf } from "../rules/load.ts";
import { warningsOf } from "../rules/warnings/warnings.ts";
import { readYaml, type YamlProblem, type YamlSource } from "../rules/yaml.ts";
import {
  ALERTMANAGER_FIELDS,
  MAX_DEPTH,
  MAX_ROUTES,
  MAX_ROUTES_BYTES,
  milliseconds,
  ROUTE_FIELDS,
  type RouteEntry,
  RoutesDocument,
} from "./document.ts";
import { coversWeek } from "./mute-times.ts";
import { type InhibitRule, type LiveRoute, type Routes, SIGNAL_FACTS } from "./routes.ts";

/** `routes` is null for a file that holds nothing but comments: there is no routing. */
export type RoutesLoadResult =
  | { kind: "loaded"; routes: Routes | null; warnings: YamlProblem[] }
  | { kind: "rejected"; problems: YamlProblem[] };

/** A channel that a route may name. `collects`: it takes several signals in one message. */
export type KnownChannel = { name: string; kind: string; collects: boolean };

/**
 * Reads a routes file. Whatever is wrong with it is answered with line and column; nothing is
 * thrown, nothing half loaded. Without `known` the names of channels are not checked.
 */
export function loadRoutes(
  text: string,
  variables: Readonly<Record<string, string>>,
  vocabulary: FactVocabulary,
  known?: readonly KnownChannel[],
): RoutesLoadResult {
  if (utf8Length(text) > MAX_ROUTES_BYTES) return rejected("the file is larger than 64 KB");
  const read = readYaml(text, variables);
  if (read.kind === "refused") return { kind: "rejected", problems: read.problems };
  const { source } = read;
  if (source.value === null || source.value === undefined)
    return { kind: "loaded", routes: null, warnings: [] };
  if (source.faults.length > 0) return { kind: "rejected", problems: source.faults };
  const deep = tooDeep(source.value);
  if (deep) return rejected(deep);
  const parsed = RoutesDocument.safeParse(source.value);
  if (parsed.success) return assemble(text, parsed.data, source, vocabulary, known);
  const problems = schemaIssues(parsed.error.issues, source, ROUTE_FIELDS).map(inOurWords);
  return { kind: "rejected", problems };
}

const rejected = (message: string): RoutesLoadResult => ({
  kind: "rejected",
  problems: [{ line: 1, column: 1, path: "", message }],
});

/** The schema is recursive, and so is what comes after it. */
function tooDeep(value: unknown): string | null {
  let level: unknown[] = [(value as { route?: unknown }).route];
  let count = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `routes stand deeper than ${MAX_DEPTH} levels`;
    count += level.length;
    if (count > MAX_ROUTES) return `more than ${MAX_ROUTES} routes`;
    level = level.flatMap((route) => {
      const { routes } = (route ?? {}) as { routes?: unknown };
      return Array.isArray(routes) ? routes : [];
    });
  }
  return null;
}

/** Who comes from Alertmanager is told what a field is called here. */
function inOurWords(problem: YamlProblem): YamlProblem {
  const [, field = ""] = /^(\w+) is no field here$/.exec(problem.message) ?? [];
  const ours = Object.hasOwn(ALERTMANAGER_FIELDS, field) ? ALERTMANAGER_FIELDS[field] : undefined;
  return ours === undefined ? problem : { ...problem, suggestion: `here it is ${ours}` };
}

type Path = readonly PropertyKey[];
type Reading = {
  source: YamlSource;
  problems: YamlProblem[];
  warnings: YamlProblem[];
  condition(path: Path, text: string): RuleCondition | null;
  muteTimes: RoutesDocument["mute_times"];
  names: Set<string>;
  known: readonly KnownChannel[] | undefined;
};

function assemble(
  text: string,
  document: RoutesDocument,
  source: YamlSource,
  vocabulary: FactVocabulary,
  known: readonly KnownChannel[] | undefined,
): RoutesLoadResult {
  const slots: string[] = [];
  const reading = readingOf(document, source, { ...vocabulary, ...SIGNAL_FACTS }, slots, known);
  const { match, routes: children, ...rootRest } = document.route;
  if (match !== undefined)
    reading.problems.push(
      source.problem(["route", "match"], "the root takes every signal: match belongs to a route"),
    );
  const root = liveRoute({ ...rootRest, routes: children }, ["route"], null, reading);
  const inhibit = document.inhibit.flatMap((rule, i): InhibitRule[] => {
    const path = ["inhibit", i];
    const from = reading.condition([...path, "source_match"], rule.source_match);
    const target = reading.condition([...path, "target_match"], rule.target_match);
    if (from === null || target === null) return [];
    // Rows keep the name while they wait: a place would be that of another rule after a change.
    const name = rule.name ?? `inhibit ${sha256Hex(JSON.stringify(rule)).slice(0, 8)}`;
    return [{ name, source: from, target, equal: rule.equal, ms: milliseconds(rule.for) }];
  });
  const { problems, warnings } = reading;
  if (problems.length > 0) return { kind: "rejected", problems: problems.slice(0, ISSUES_SHOWN) };
  const settings = Object.entries(source.variables).sort(([a], [b]) => (a < b ? -1 : 1));
  const sha = sha256Hex(`${text}\n${JSON.stringify(settings)}`);
  const routes = { sha, text, root, inhibit, muteTimes: document.mute_times, slots };
  return { kind: "loaded", routes, warnings: warnings.slice(0, ISSUES_SHOWN) };
}

function readingOf(
  document: RoutesDocument,
  source: YamlSource,
  vocabulary: FactVocabulary,
  slots: string[],
  known: readonly KnownChannel[] | undefined,
): Reading {
  const scope = scopeOf(vocabulary);
  const problems: YamlProblem[] = [];
  const warnings: YamlProblem[] = [];
  const slot = (name: string): number => {
    const known = slots.indexOf(canonicalNames(name));
    return known >= 0 ? known : slots.push(canonicalNames(name)) - 1;
  };
  return {
    ...{ source, problems, warnings, known, names: new Set<string>() },
    muteTimes: document.mute_times,
    condition(path, text) {
      if (problems.length >= ISSUES_SHOWN) return null;
      const read = readCondition(text, scope, "truth", slot);
      const said = ({ message, suggestion, at }: Fault) => ({
        ...source.problem(path, message, at[0]),
        ...(suggestion && { suggestion }),
      });
      if (read.kind === "refused") {
        problems.push(...read.faults.map(said));
        return null;
      }
      warnings.push(...warningsOf(read.condition, [], vocabulary).map(said));
      return read.condition;
    },
  };
}

type Fault = { message: string; suggestion?: string; at: readonly [number, number] };

/** What a route leaves out it takes over from the one above it. */
function liveRoute(
  entry: RouteEntry,
  path: Path,
  above: LiveRoute | null,
  reading: Reading,
): LiveRoute {
  checkRoute(entry, path, above, reading);
  const { match, channels, template, group_by, group_wait, group_interval, repeat_interval } =
    entry;
  const name =
    entry.name ??
    path
      .map((part) => (typeof part === "number" ? `[${part}]` : part))
      .join(".")
      .replaceAll(".[", "[");
  const by = group_by ?? above?.group?.by ?? [];
  const ms =
    group_interval === undefined ? (above?.group?.ms ?? null) : milliseconds(group_interval);
  const waitMs =
    group_wait === undefined ? (above?.group?.waitMs ?? null) : milliseconds(group_wait);
  const route: LiveRoute = {
    name,
    condition: match === undefined ? null : reading.condition([...path, "match"], match),
    channels: channels ?? above?.channels ?? null,
    template: template ?? above?.template ?? null,
    group: ms === null ? null : { by, ms, waitMs },
    repeatMs:
      repeat_interval === undefined ? (above?.repeatMs ?? null) : milliseconds(repeat_interval),
    muteTimes: entry.mute_times,
    continues: entry.continue,
    routes: [],
  };
  checkChannels(entry, route, path, reading);
  const routes = entry.routes.map((child, i) =>
    liveRoute(child, [...path, "routes", i], route, reading),
  );
  return { ...route, routes };
}

function checkRoute(entry: RouteEntry, path: Path, above: LiveRoute | null, reading: Reading) {
  const { source, problems, warnings, muteTimes, names } = reading;
  const { name, template, group_interval, mute_times, routes } = entry;
  if (name !== undefined && names.has(name))
    problems.push(source.problem([...path, "name"], `the name ${name} is taken by another route`));
  if (name !== undefined) names.add(name);
  const strange = template === undefined ? [] : unknownNames(template);
  if (template?.trim() === "")
    problems.push(source.problem([...path, "template"], "is blank: leave it out"));
  if (strange.length > 0)
    problems.push(
      source.problem([...path, "template"], `names nothing we know: {${strange.join("}, {")}}`),
    );
  for (const field of ["group_by", "group_wait"] as const)
    if (entry[field] !== undefined && group_interval === undefined && !above?.group)
      problems.push(
        source.problem([...path, field], "needs group_interval, such as group_interval: 10m"),
      );
  for (const [i, mute] of mute_times.entries())
    if (!Object.hasOwn(muteTimes, mute))
      problems.push(
        source.problem([...path, "mute_times", i], `there is no ${mute} under mute_times:`),
      );
  if (coversWeek(mute_times, muteTimes))
    problems.push(
      source.problem(
        [...path, "mute_times"],
        "cover the whole week, so its messages would wait for ever: " +
          "leave a time, or write channels: [] to notify nobody",
      ),
    );
  for (const [i, child] of routes.entries())
    if (child.match === undefined && !child.continue && i < routes.length - 1)
      warnings.push(
        source.problem(
          [...path, "routes", i],
          "takes every signal, so those after it get none: give it match or continue: true",
        ),
      );
}

/** Channels that are not there, and machines that take no message of several signals. */
function checkChannels(
  { channels = [] }: RouteEntry,
  { group }: LiveRoute,
  path: Path,
  { source, problems, known }: Reading,
) {
  if (known === undefined) return;
  for (const [i, name] of channels.entries()) {
    const channel = known.find((each) => each.name === name);
    const near = nearestName(
      name,
      known.map((each) => each.name),
    );
    const at = [...path, "channels", i];
    if (channel === undefined)
      problems.push({
        ...source.problem(at, `there is no channel ${name}`),
        suggestion: near
          ? `did you mean ${near}?`
          : "add it with stream channels add, or take the name out",
      });
    else if (group !== null && !channel.collects)
      problems.push({
        ...source.problem(at, `${name} is a ${channel.kind}, which gets each signal by itself`),
        suggestion: "give it a route without group_interval",
      });
  }
}
