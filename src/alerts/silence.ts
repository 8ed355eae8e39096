import * as z from "zod";
import { AlertSeverity } from "../model/alert.ts";

/** In force at once. More are a mistake of a script, and all are read at each evaluation. */
export const MAX_SILENCES = 200;

/** Keeps quiet what it names, until it ends. Null means any; labels must all agree. */
export const AlertSilence = z.object({
  id: z.string(),
  alert: z.string().nullable(),
  subject: z.string().nullable(),
  severity: AlertSeverity.nullable(),
  labels: z.record(z.string(), z.string()),
  comment: z.string(),
  by: z.string(),
  createdAt: z.string(),
  until: z.string(),
});
export type AlertSilence = z.infer<typeof AlertSilence>;

type Silenceable = {
  alert: string;
  subject: string | null;
  severity: AlertSeverity;
  labels: Record<string, string>;
};

/** The silence that covers an alert at `now`; undefined when it may be told. */
export const silenceOf = (
  about: Silenceable,
  silences: readonly AlertSilence[],
  now: number,
): AlertSilence | undefined =>
  silences.find(
    (silence) =>
      now < Date.parse(silence.until) &&
      isAny(silence.alert, about.alert) &&
      isAny(silence.subject, about.subject) &&
      isAny(silence.severity, about.severity) &&
      Object.entries(silence.labels).every(([name, value]) => about.labels[name] === value),
  );

const isAny = (asked: string | null, value: string | null): boolean =>
  asked === null || asked === value;
