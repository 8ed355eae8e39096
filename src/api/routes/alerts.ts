import * as z from "zod";
import { ResolvedAlert } from "../../alerts/alert-states.ts";
import { type AlertsView, FactReading, ShownAlert } from "../../alerts/alerts-view.ts";
import { HeartbeatResult } from "../../alerts/heartbeat.ts";
import type { AlertSet } from "../../alerts/load-alerts.ts";
import { AlertSilence, MAX_SILENCES } from "../../alerts/silence.ts";
import { nearestName } from "../../kit/nearest-name.ts";
import { type Clock, iso } from "../../kit/time.ts";
import { ALERT_SCOPES, AlertSeverity } from "../../model/alert.ts";
import type { AuditLogStore } from "../../store/audit-log.ts";
import { problem } from "../problem.ts";
import { type ApiRoute, route } from "../route.ts";

export type AlertRoutePorts = {
  alerts: {
    /** Those in force. */
    current(): Promise<AlertSet>;
    view(): Promise<AlertsView>;
    /** False: there are MAX_SILENCES in force. */
    addSilence(silence: AlertSilence): Promise<boolean>;
    endSilence(id: string): Promise<boolean>;
    silenceId(): string;
  };
  auditLog: Pick<AuditLogStore, "recordChange">;
  now: Clock;
};

const AlertRule = z.object({
  name: z.string(),
  when: z.string(),
  scope: z.enum(ALERT_SCOPES),
  forSeconds: z.number(),
  severity: AlertSeverity,
  group: z.string(),
  labels: z.record(z.string(), z.string()),
  repeatSeconds: z.number().nullable(),
  channels: z.array(z.string()).nullable(),
});

const TOO_MANY_SILENCES = `There are ${MAX_SILENCES} silences in force. End one of them first.`;

const MAX_MINUTES = 30 * 24 * 60;

const SilenceInput = z
  .strictObject({
    alert: z.string().max(60),
    subject: z.string().max(200),
    severity: AlertSeverity,
    labels: z.record(z.string().max(40), z.string().max(200)),
    comment: z.string().trim().max(500),
    minutes: z.number().int().min(1).max(MAX_MINUTES),
  })
  .partial()
  .required({ minutes: true });

const rulesShown = ({ alerts }: AlertSet) =>
  alerts.map(({ name, when, scope, forMs, severity, group, labels, repeatMs, channels }) => ({
    name,
    when: when.text,
    scope,
    forSeconds: forMs / 1_000,
    severity,
    group,
    labels,
    repeatSeconds: repeatMs === null ? null : repeatMs / 1_000,
    channels,
  }));

/** The alerts on the pipeline itself, their states, and what keeps them quiet. */
export const alertRoutes = ({ alerts, auditLog, now }: AlertRoutePorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/alerts",
    access: "operations",
    tag: "operations",
    operationId: "listAlerts",
    summary: "The alerts in force, what is pending or firing, silences, and what ended lately.",
    answer: z.object({
      sha: z.string(),
      evaluatedAt: z.string().nullable(),
      active: z.array(ShownAlert),
      resolved: z.array(ResolvedAlert),
      silences: z.array(AlertSilence),
      untold: z.array(z.object({ summary: z.string(), attempts: z.number(), error: z.string() })),
      heartbeat: HeartbeatResult,
      alerts: z.array(AlertRule),
    }),
    status: 200,
    async handle() {
      const [set, { facts: _, ...view }] = await Promise.all([alerts.current(), alerts.view()]);
      return { sha: set.sha, ...view, alerts: rulesShown(set) };
    },
  }),
  route({
    method: "GET",
    path: "/alerts/facts",
    access: "operations",
    tag: "operations",
    operationId: "listAlertFacts",
    summary: "What conditions of alerts may name, as it was at the last evaluation.",
    answer: z.object({ evaluatedAt: z.string().nullable(), facts: z.array(FactReading) }),
    status: 200,
    async handle() {
      const { evaluatedAt, facts } = await alerts.view();
      return { evaluatedAt, facts };
    },
  }),
  route({
    method: "POST",
    path: "/alerts/silences",
    access: "write",
    tag: "operations",
    operationId: "silenceAlerts",
    summary: "Keeps quiet what it names (all parts must agree) for some minutes.",
    body: SilenceInput,
    answer: AlertSilence,
    status: 201,
    example: { body: { alert: "DeadLetters", minutes: 60, comment: "being repaired" } },
    async handle({ body, change, context }) {
      const { alert = null } = body;
      const set = await alerts.current();
      const names = set.alerts.map(({ name }) => name);
      if (alert !== null && !names.includes(alert)) return unknownAlert(alert, names);
      const caller = context.get("caller");
      const at = now();
      const silence: AlertSilence = {
        id: alerts.silenceId(),
        alert,
        subject: body.subject ?? null,
        severity: body.severity ?? null,
        labels: body.labels ?? {},
        comment: body.comment ?? "",
        by: caller.kind === "key" ? caller.name : "unknown",
        createdAt: iso(at),
        until: iso(at + body.minutes * 60_000),
      };
      const { silences } = await alerts.view();
      if (silences.length >= MAX_SILENCES) return problem(422, TOO_MANY_SILENCES);
      const subject = `alert-silence/${silence.id}`;
      await auditLog.recordChange(change({ at: iso(at), subject, after: silence }));
      return (await alerts.addSilence(silence)) ? silence : problem(422, TOO_MANY_SILENCES);
    },
  }),
  route({
    method: "DELETE",
    path: "/alerts/silences/:id",
    access: "write",
    tag: "operations",
    operationId: "endAlertSilence",
    summary: "Ends a silence now; what it kept quiet and still fires is told within a minute.",
    params: z.object({ id: z.string() }),
    status: 204,
    example: { params: { id: "silence-1" } },
    async handle({ params: { id }, change }) {
      const { silences } = await alerts.view();
      const before = silences.find((silence) => silence.id === id);
      if (before === undefined) return problem(404, "There is no such silence in force.");
      const subject = `alert-silence/${id}`;
      await auditLog.recordChange(change({ at: iso(now()), subject, before }));
      await alerts.endSilence(id);
      return undefined;
    },
  }),
];

function unknownAlert(alert: string, names: readonly string[]): Response {
  const near = nearestName(alert, names);
  const message = `no alert is called ${alert}${near ? `; did you mean ${near}?` : ""}`;
  return problem(422, "There is no such alert.", { errors: [{ path: "alert", message }] });
}
