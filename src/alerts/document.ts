import * as z from "zod";
import { AlertSeverity } from "../model/alert.ts";
import { MAX_WINDOW_MINUTES, WINDOW_MINUTES } from "./alert-facts.ts";

export const MAX_ALERTS = 100;
export const MAX_ALERTS_BYTES = 65_536;

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of 90s, 5m, 4h or 7d; undefined when it is no span. */
export function spanMs(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}

/** A span of time in minutes. */
export const minutesInSpan = (text: string): number => (spanMs(text) ?? 0) / 60_000;

const MAX_SPAN_MS = 30 * 86_400_000;

const span = (leastMs: number, least: string) =>
  z
    .string({ error: "must be a span such as 5m, 4h or 1d" })
    .refine((text) => spanMs(text) !== undefined, "must be a span such as 5m, 4h or 1d")
    .refine((text) => (spanMs(text) ?? leastMs) >= leastMs, `must be ${least} or more`)
    .refine((text) => (spanMs(text) ?? 0) <= MAX_SPAN_MS, "must be 30d or less");

const MINUTES = /^\d{1,2}m$/;
const WINDOW_PROBLEM = `must be minutes from 1m to ${MAX_WINDOW_MINUTES}m, such as 5m`;

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,59}$/;
const message = (most: number) =>
  z.string().trim().min(1, "must not be empty").max(most, `is longer than ${most} characters`);

export const AlertEntryInput = z.strictObject({
  name: z
    .string()
    .regex(NAME, "must be up to 60 letters, digits, _ or -, beginning with a letter")
    .describe("Unique; what notices, silences and the page call the alert"),
  when: z
    .string({ error: "must be a condition, such as dead_letters > 0" })
    .trim()
    .min(1, "must not be empty")
    .max(1_000, "is longer than 1000 characters")
    .describe("When it fires: a condition over the facts of docs/alerts.md"),
  for: span(0, "0s").default("0s").describe("How long the condition must have held"),
  window: z
    .string({ error: WINDOW_PROBLEM })
    .refine((text) => MINUTES.test(text) && minutesInSpan(text) >= 1, WINDOW_PROBLEM)
    .refine((text) => minutesInSpan(text) <= MAX_WINDOW_MINUTES, WINDOW_PROBLEM)
    .default(`${WINDOW_MINUTES}m`)
    .describe("Of which time its counts, shares and percentiles are"),
  severity: AlertSeverity.default("warning").describe("critical, warning or info"),
  labels: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), z.string().max(200))
    .default({})
    .describe("Further labels, for silences and for those who receive it"),
  summary: message(300).describe("One line; {fact} and {subject} stand for values"),
  description: message(2_000).optional().describe("What it means and what to do, in the same form"),
  repeat: z
    .union([z.literal("never"), span(60_000, "1m")], {
      error: "must be a span of 1m or more, such as 4h, or never",
    })
    .default("4h")
    .describe("How often it is told again while it fires"),
  resolve: z.boolean().default(true).describe("Whether its end is told"),
  group: z
    .string()
    .regex(NAME, "must be up to 60 letters, digits, _ or -, beginning with a letter")
    .optional()
    .describe("Alerts of one group that change together go in one message; default: its name"),
  channels: z
    .array(z.string().trim().min(1).max(100), { error: "must be a list of names of channels" })
    .min(1, "must name a channel; left out, all channels that take alerts")
    .optional()
    .describe("Names or kinds of channels; default: those that take alerts"),
});
export type AlertEntryInput = z.infer<typeof AlertEntryInput>;

/** rules/alerts.yml. */
export const AlertsDocument = z.strictObject(
  {
    version: z.string({ error: 'must be text: put it in quotes, like "1.0"' }).max(50),
    alerts: z
      .array(AlertEntryInput, { error: "must be a list of alerts" })
      .max(MAX_ALERTS, `holds more than ${MAX_ALERTS} alerts`),
  },
  {
    error: ({ code }) =>
      code === "invalid_type"
        ? "this is no file of alerts: it begins with version: and alerts:"
        : undefined,
  },
);

export const ALERT_FIELDS = Object.keys({ ...AlertsDocument.shape, ...AlertEntryInput.shape });
