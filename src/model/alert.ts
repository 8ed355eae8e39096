import * as z from "zod";

export const AlertSeverity = z.enum(["critical", "warning", "info"]);
export type AlertSeverity = z.infer<typeof AlertSeverity>;

/** What an alert is about: the whole pipeline, or each of its providers, channels, and so on. */
export const ALERT_SCOPES = ["pipeline", "provider", "channel", "source", "queue"] as const;
export type AlertScope = (typeof ALERT_SCOPES)[number];

/** One alert about one subject, as a notice tells it. */
export const AlertEntry = z.object({
  /** The alert and its subject: the same in every notice about it. */
  key: z.string(),
  alert: z.string(),
  scope: z.enum(ALERT_SCOPES),
  /** The provider, channel, source or queue; null: the pipeline. */
  subject: z.string().nullable(),
  status: z.enum(["firing", "resolved"]),
  severity: AlertSeverity,
  summary: z.string(),
  description: z.string(),
  labels: z.record(z.string(), z.string()),
  startsAt: z.string(),
  endsAt: z.string().nullable(),
});
export type AlertEntry = z.infer<typeof AlertEntry>;

/** What changed of the alerts of one group, at least one of them. */
export const AlertNotice = z.object({
  kind: z.literal("alert"),
  group: z.string(),
  at: z.string(),
  alerts: z.array(AlertEntry).min(1),
});
export type AlertNotice = z.infer<typeof AlertNotice>;
