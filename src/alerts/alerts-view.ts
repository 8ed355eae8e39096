import * as z from "zod";
import { iso } from "../kit/time.ts";
import { ALERT_SCOPES, AlertSeverity } from "../model/alert.ts";
import { ALERT_FACT_NAMES, type AlertFactValues } from "./alert-facts.ts";
import { type AlertState, ResolvedAlert } from "./alert-states.ts";
import { HeartbeatResult } from "./heartbeat.ts";
import type { KeptAlerts } from "./kept-alerts.ts";
import { AlertSilence, silenceOf } from "./silence.ts";

/** An alert whose condition holds, as operators see it. */
export const ShownAlert = z.object({
  alert: z.string(),
  scope: z.enum(ALERT_SCOPES),
  subject: z.string().nullable(),
  status: z.enum(["pending", "firing"]),
  severity: AlertSeverity,
  group: z.string(),
  labels: z.record(z.string(), z.string()),
  summary: z.string(),
  description: z.string(),
  since: z.string(),
  firedAt: z.string().nullable(),
  notifiedAt: z.string().nullable(),
  /** The silence that covers it. */
  silencedBy: z.string().nullable(),
});
export type ShownAlert = z.infer<typeof ShownAlert>;

export const FactReading = z.object({
  fact: z.string(),
  subject: z.string().nullable(),
  value: z.union([z.number(), z.string(), z.null()]),
});
type FactReading = z.infer<typeof FactReading>;

/** What the object of the alerts knows. */
export const AlertsView = z.object({
  /** When it last looked; null: never. */
  evaluatedAt: z.string().nullable(),
  /** The worst first. */
  active: z.array(ShownAlert),
  resolved: z.array(ResolvedAlert),
  silences: z.array(AlertSilence),
  /** Notices that no channel has taken yet. */
  untold: z.array(z.object({ summary: z.string(), attempts: z.number(), error: z.string() })),
  heartbeat: HeartbeatResult,
  facts: z.array(FactReading),
});
export type AlertsView = z.infer<typeof AlertsView>;

export function alertsView(kept: KeptAlerts, now: number): AlertsView {
  const silences = kept.silences.filter(({ until }) => now < Date.parse(until));
  return {
    evaluatedAt: kept.minute === 0 ? null : iso(kept.minute * 60_000),
    active: kept.states.map((state) => shown(state, silences, now)).sort(worstFirst),
    resolved: kept.resolved,
    silences,
    untold: kept.queue.map(({ notice, attempts, error }) => ({
      summary: notice.alerts.map(({ summary }) => summary).join("; "),
      attempts,
      error: error ?? "waits for its turn",
    })),
    heartbeat: kept.heartbeat,
    facts: readings(kept),
  };
}

function shown(
  { key: _, channels: __, resolve: ___, ...state }: AlertState,
  silences: readonly AlertSilence[],
  now: number,
): ShownAlert {
  return { ...state, silencedBy: silenceOf(state, silences, now)?.id ?? null };
}

const rank = ({ status, severity }: ShownAlert): number =>
  (status === "firing" ? 0 : 10) + AlertSeverity.options.indexOf(severity);
const worstFirst = (a: ShownAlert, b: ShownAlert): number => rank(a) - rank(b);

const readings = ({ facts: { pipeline, subjects } }: KeptAlerts): FactReading[] => [
  ...readingsOf(null, pipeline),
  ...Object.values(subjects).flatMap((all) =>
    Object.entries(all).flatMap(([subject, values]) => readingsOf(subject, values)),
  ),
];

const readingsOf = (subject: string | null, values: AlertFactValues): FactReading[] =>
  ALERT_FACT_NAMES.flatMap((fact) => {
    const value = values[fact];
    return value === undefined ? [] : [{ fact, subject, value }];
  });

const loud = ({ active }: AlertsView): ShownAlert[] =>
  active.filter(({ status, silencedBy }) => status === "firing" && silencedBy === null);

export function firingCounts(view: AlertsView): Record<AlertSeverity, number> {
  const counts = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of loud(view)) counts[severity] += 1;
  return counts;
}

/** For /healthz: what fires and is not silenced, and what nobody could be told. */
export function alertNotes(view: AlertsView): string[] {
  const { untold, heartbeat } = view;
  return [
    ...loud(view).map(({ alert, severity, summary }) => `${severity} alert ${alert}: ${summary}`),
    ...untold.map(({ summary, error }) => `nobody was told "${summary}": ${error}`),
    ...(heartbeat.kind === "failed" ? [heartbeat.problem] : []),
  ];
}
