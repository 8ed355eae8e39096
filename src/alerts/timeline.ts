import * as z from "zod";
import { nearestName } from "../kit/nearest-name.ts";
import type { AlertSeverity } from "../model/alert.ts";
import { ALERT_FACT_NAMES, alertFact, noPipelineFacts, type PipelineFacts } from "./alert-facts.ts";
import { type HeldAlerts, nextStates } from "./alert-states.ts";
import { spanMs } from "./document.ts";
import { matchAlerts } from "./evaluate.ts";
import type { LiveAlert } from "./load-alerts.ts";

const SUBJECT_SCOPES = ["provider", "channel", "source", "queue"] as const;
const Values = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));
const Subjects = z.record(z.string(), Values);

/** Facts over time: each step sets what it names, and the rest stays as it was. */
const FactStep = z
  .strictObject({
    at: z.string().refine((text) => spanMs(text) !== undefined, "must be a span such as 0m or 90s"),
    pipeline: Values,
    ...Object.fromEntries(SUBJECT_SCOPES.map((scope) => [scope, Subjects])),
  })
  .partial()
  .required({ at: true });

export const FactTimeline = z
  .array(FactStep, { error: "must be a list of steps, such as - at: 0m" })
  .min(1, "must hold a step");

export type FactTimelineStep = {
  atMs: number;
  pipeline: Record<string, unknown>;
  subjects: [(typeof SUBJECT_SCOPES)[number], string, Record<string, unknown>][];
};

/** The steps in their order, or what is wrong with them. */
export function readTimeline(
  given: unknown,
): { kind: "steps"; steps: FactTimelineStep[] } | { kind: "refused"; problems: string[] } {
  const parsed = FactTimeline.safeParse(given);
  if (!parsed.success)
    return {
      kind: "refused",
      problems: parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`),
    };
  const steps = parsed.data.map((step) => {
    const parts = step as Record<string, unknown>;
    return {
      atMs: spanMs(step.at) ?? 0,
      pipeline: step.pipeline ?? {},
      subjects: SUBJECT_SCOPES.flatMap((scope) =>
        Object.entries((parts[scope] ?? {}) as z.infer<typeof Subjects>).map(
          ([subject, values]) => [scope, subject, values] as FactTimelineStep["subjects"][number],
        ),
      ),
    };
  });
  const problems = steps.flatMap(({ pipeline, subjects }) => [
    ...Object.entries(pipeline).flatMap(([name, value]) => valueProblem(name, value, "pipeline")),
    ...subjects.flatMap(([scope, , values]) =>
      Object.entries(values).flatMap(([name, value]) => valueProblem(name, value, scope)),
    ),
  ]);
  if (problems.length > 0) return { kind: "refused", problems };
  return { kind: "steps", steps: steps.toSorted((a, b) => a.atMs - b.atMs) };
}

function valueProblem(name: string, value: unknown, scope: string): string[] {
  const fact = alertFact(name);
  if (fact === undefined) {
    const near = nearestName(name, ALERT_FACT_NAMES);
    return [`unknown fact ${name}${near ? `; did you mean ${near}?` : ""}`];
  }
  if (fact.scope !== scope)
    return [`${name} is a fact of ${fact.scope}, and stands under ${scope}`];
  if (value === null || typeof value === "boolean") return [];
  const wanted = fact.unit === "text" ? "string" : "number";
  return typeof value === wanted
    ? []
    : [`${name} is ${fact.unit === "text" ? "text" : "a number"}`];
}

export type TimelineChange = {
  atMs: number;
  change: "pending" | "firing" | "repeated" | "resolved";
  alert: string;
  subject: string | null;
  severity: AlertSeverity;
  summary: string;
};

const MINUTE = 60_000;

/** What the alerts would have done, evaluated each minute from the first step to `untilMs`. */
export function runTimeline(
  alerts: readonly LiveAlert[],
  steps: readonly FactTimelineStep[],
  untilMs: number,
): TimelineChange[] {
  const changes: TimelineChange[] = [];
  const facts = noPipelineFacts();
  let held: HeldAlerts = { states: [], resolved: [] };
  let next = 0;
  for (let atMs = steps[0]?.atMs ?? 0; atMs <= untilMs; atMs += MINUTE) {
    for (; next < steps.length && (steps[next]?.atMs ?? 0) <= atMs; next++)
      applyStep(facts, steps[next] as FactTimelineStep);
    const after = nextStates(
      held,
      matchAlerts(alerts, () => facts),
      [],
      atMs,
    );
    changes.push(...changesBetween(held, after, atMs));
    held = after;
  }
  return changes;
}

function applyStep(facts: PipelineFacts, { pipeline, subjects }: FactTimelineStep): void {
  Object.assign(facts.pipeline, plainValues(pipeline));
  for (const [scope, subject, values] of subjects)
    facts.subjects[scope][subject] = {
      ...facts.subjects[scope][subject],
      ...plainValues(values),
    };
}

const plainValues = (values: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "boolean" ? Number(value) : value,
    ]),
  );

function changesBetween(before: HeldAlerts, after: HeldAlerts, atMs: number): TimelineChange[] {
  const known = new Map(before.states.map((state) => [state.key, state]));
  const standing = after.states.flatMap((state): TimelineChange[] => {
    const earlier = known.get(state.key);
    const { alert, subject, severity, summary, status } = state;
    const about = { atMs, alert, subject, severity, summary };
    if (earlier?.status !== status) return [{ ...about, change: status }];
    return earlier.notifiedAt === state.notifiedAt ? [] : [{ ...about, change: "repeated" }];
  });
  const ended = after.resolved.slice(0, after.resolved.length - keptOf(before, after));
  return [
    ...standing,
    ...ended.map(({ alert, subject, severity, summary }) => ({
      ...{ atMs, alert, subject, severity, summary },
      change: "resolved" as const,
    })),
  ];
}

/** How many of the resolved were there before; the list is the latest first and bounded. */
function keptOf(before: HeldAlerts, after: HeldAlerts): number {
  const seen = new Set(before.resolved);
  return after.resolved.filter((resolved) => seen.has(resolved)).length;
}
