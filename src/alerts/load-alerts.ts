import { sha256Hex } from "../kit/hash.ts";
import type { AlertScope, AlertSeverity } from "../model/alert.ts";
import { type RuleCondition, readCondition } from "../rules/condition.ts";
import { ISSUES_SHOWN, schemaIssues } from "../rules/issues.ts";
import type { CheckScope } from "../rules/language/check.ts";
import { readYaml, type YamlProblem, type YamlSource } from "../rules/yaml.ts";
import { ALERT_FACT_NAMES, ALERT_FACTS, type AlertFactName, alertFact } from "./alert-facts.ts";
import {
  ALERT_FIELDS,
  type AlertEntryInput,
  AlertsDocument,
  MAX_ALERTS_BYTES,
  minutesInSpan,
  spanMs,
} from "./document.ts";
import { messageProblem, saidScope } from "./message.ts";

/** An alert that may go live. */
export type LiveAlert = {
  name: string;
  when: RuleCondition;
  /** What its condition is about: asked once for each subject of that kind. */
  scope: AlertScope;
  forMs: number;
  /** Of which time its counts, shares and percentiles are. */
  windowMinutes: number;
  severity: AlertSeverity;
  labels: Record<string, string>;
  summary: string;
  description: string;
  /** Null: told once. */
  repeatMs: number | null;
  resolve: boolean;
  group: string;
  /** Names or kinds; null: those that take alerts. */
  channels: string[] | null;
};

export type AlertSet = { sha: string; text: string; alerts: LiveAlert[] };
export type AlertsReading =
  | { kind: "loaded"; value: AlertSet }
  | { kind: "rejected"; problems: YamlProblem[] };

const SCOPE: CheckScope = new Map(
  ALERT_FACT_NAMES.map((name) => [name, ALERT_FACTS[name].unit === "text" ? "text" : "number"]),
);
/** A fact's place in what a condition is asked with: the order of ALERT_FACTS. */
const slotOf = (name: string): number => ALERT_FACT_NAMES.indexOf(name as AlertFactName);

/** Reads a file of alerts. All that is wrong is answered with line and field; nothing is thrown. */
export function loadAlerts(
  text: string,
  variables: Readonly<Record<string, string>>,
): AlertsReading {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_ALERTS_BYTES) return rejected(oversize(bytes));
  const read = readYaml(text, variables);
  if (read.kind === "refused") return { kind: "rejected", problems: read.problems };
  const { source } = read;
  const parsed = AlertsDocument.safeParse(source.value);
  if (source.faults.length > 0) return rejected(...source.faults);
  if (!parsed.success) return rejected(...schemaIssues(parsed.error.issues, source, ALERT_FIELDS));
  const problems: YamlProblem[] = repeatedNames(parsed.data.alerts, source);
  const alerts = parsed.data.alerts.flatMap((entry, n) => {
    const read = liveAlert(entry, ["alerts", n], source);
    problems.push(...read.problems);
    return read.alert ?? [];
  });
  if (problems.length > 0) return rejected(...problems);
  return { kind: "loaded", value: { sha: sha256Hex(text), text, alerts } };
}

const rejected = (...problems: YamlProblem[]): AlertsReading => ({
  kind: "rejected",
  problems: problems.slice(0, ISSUES_SHOWN),
});

const oversize = (bytes: number): YamlProblem => ({
  line: 1,
  column: 1,
  path: "",
  message: `the file has ${bytes} bytes; ${MAX_ALERTS_BYTES} are taken`,
});

function repeatedNames(alerts: readonly AlertEntryInput[], source: YamlSource): YamlProblem[] {
  const seen = new Set<string>();
  return alerts.flatMap(({ name }, n) => {
    const again = seen.has(name);
    seen.add(name);
    const problem = `another alert is called ${name}`;
    return again ? [source.problem(["alerts", n, "name"], problem)] : [];
  });
}

function liveAlert(
  entry: AlertEntryInput,
  path: PropertyKey[],
  source: YamlSource,
): { alert?: LiveAlert; problems: YamlProblem[] } {
  const at = (field: string) => [...path, field];
  const read = readCondition(entry.when, SCOPE, "truth", slotOf);
  if (read.kind === "refused")
    return {
      problems: read.faults.map(({ message, suggestion, at: [from] }) => ({
        ...source.problem(at("when"), message, from),
        ...(suggestion && { suggestion }),
      })),
    };
  const when = read.condition;
  const scopes = scopesOf(when);
  const [scope = "pipeline", other] = scopes;
  if (other !== undefined) {
    const both = `${saidScope(scope)} and of ${saidScope(other)}`;
    const problem = source.problem(at("when"), `names facts of ${both}: an alert is about one`);
    return { problems: [{ ...problem, suggestion: "write an alert for each" }] };
  }
  if (when.names.length === 0)
    return { problems: [source.problem(at("when"), "names no fact: it would never change")] };
  const { summary, description = "" } = entry;
  const problems = Object.entries({ summary, description }).flatMap(([field, text]) => {
    const problem = messageProblem(text, scope);
    return problem === null ? [] : [source.problem(at(field), problem)];
  });
  return { alert: withDefaults(entry, when, scope), problems };
}

/** The kinds of things that a condition names facts of, beside the pipeline's own. */
const scopesOf = ({ names }: RuleCondition): AlertScope[] => [
  ...new Set(
    names.flatMap((name) => {
      const scope = alertFact(name)?.scope ?? "pipeline";
      return scope === "pipeline" ? [] : [scope];
    }),
  ),
];

const withDefaults = (
  { name, labels, severity, summary, description = "", resolve, ...entry }: AlertEntryInput,
  when: RuleCondition,
  scope: AlertScope,
): LiveAlert => ({
  name,
  when,
  scope,
  forMs: spanMs(entry.for) ?? 0,
  windowMinutes: minutesInSpan(entry.window),
  severity,
  labels,
  summary,
  description,
  repeatMs: entry.repeat === "never" ? null : (spanMs(entry.repeat) ?? null),
  resolve,
  group: entry.group ?? name,
  channels: entry.channels ?? null,
});
