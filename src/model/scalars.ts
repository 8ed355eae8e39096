import * as z from "zod";

/** Short chain names used in event keys, filters and tables. */
export const CHAINS = [
  "eth",
  "bsc",
  "base",
  "arb",
  "sol",
  "tron",
  "ton",
  "sui",
  "apt",
  "btc",
  "unknown",
] as const;
export const Chain = z.enum(CHAINS);
export type Chain = z.infer<typeof Chain>;

/** From weakest to strongest: of types with equal evidence the strongest names the event. */
export const EVENT_TYPES = [
  "mention",
  "trending",
  "nft",
  "airdrop",
  "partnership",
  "protocol_update",
  "launch",
  "listing",
  "whale_activity",
  "depeg",
  "security_alert",
] as const;
export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** Types that call for action: one voice alone must not raise them. */
export const ALARM_TYPES: readonly EventType[] = ["depeg", "security_alert"];

export const SIGNAL_STATES = ["candidate", "verified", "downgraded"] as const;
export const SignalState = z.enum(SIGNAL_STATES);
export type SignalState = z.infer<typeof SignalState>;

export const Level = z.enum(["opportunity", "observe", "caution"]);
export type Level = z.infer<typeof Level>;

export const RiskLevel = z.enum(["green", "yellow", "red", "unknown"]);
export type RiskLevel = z.infer<typeof RiskLevel>;

const YEAR_2000 = Date.UTC(2000, 0, 1);
const YEAR_2100 = Date.UTC(2100, 0, 1);

/** Date.parse takes the 30th of February for a day of March. */
function isCalendarDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** An ISO 8601 time with a zone, between 2000 and 2100; answered in UTC with milliseconds. */
export const IsoInstant = z
  .string()
  .refine(
    (text) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text),
    {
      message: "is not an ISO 8601 time with a zone; write it like 2026-01-15T10:00:00Z",
    },
  )
  .transform((text, context) => {
    const at = isCalendarDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
    if (at >= YEAR_2000 && at < YEAR_2100) return new Date(at).toISOString();
    context.addIssue({
      code: "custom",
      message: "is no real date between the years 2000 and 2100",
    });
    return z.NEVER;
  });
