import * as z from "zod";
import { localMinutes, minutesOf, WEEKDAYS } from "../kit/wall-clock.ts";

export const MAX_ROUTES = 200;
export const MAX_ROUTES_BYTES = 65_536;
/** A tree deeper than this is a mistake. */
export const MAX_DEPTH = 8;

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const DURATION = /^(\d{1,6})(s|m|h|d)$/;

/** "90s", "10m", "4h" or "7d" in milliseconds, between `least` and `most`. */
const duration = (least: string, most: string, what: string) =>
  z
    .string({ error: "must be a time such as 10m or 4h" })
    .refine((text) => DURATION.test(text), "must be a time such as 90s, 10m, 4h or 7d")
    .refine(
      (text) =>
        milliseconds(text) >= milliseconds(least) && milliseconds(text) <= milliseconds(most),
      `must be between ${least} and ${most}`,
    )
    .describe(what);

export function milliseconds(text: string): number {
  const [, count = "0", unit = ""] = DURATION.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? Number.NaN);
}

const name = (what: string) =>
  z.string({ error: "must be text" }).trim().min(1, "must not be empty").max(100).describe(what);
const expression = z
  .string({ error: "must be a condition, such as score >= 10" })
  .trim()
  .min(1, "must not be empty")
  .max(2_048, "is longer than 2048 characters");

/** What rows of one message, and two signals of which one silences the other, may have in common. */
export const SHARED_FIELDS = [
  "symbol",
  "chain",
  "type",
  "token_ca",
  "state",
  "level",
  "risk_level",
] as const;
const SharedField = z.enum(SHARED_FIELDS, {
  error: `must be one of ${SHARED_FIELDS.join(", ")}`,
});
export type SharedField = z.infer<typeof SharedField>;

/** By which a signal that silences is looked for. */
export const EQUAL_FIELDS = ["symbol", "chain", "type", "token_ca"] as const;
const EqualField = z.enum(EQUAL_FIELDS, { error: `must be one of ${EQUAL_FIELDS.join(", ")}` });
export type EqualField = z.infer<typeof EqualField>;

export const RouteEntry = z.strictObject({
  name: name("What tests, rows and messages call the route").optional(),
  match: expression
    .describe("Which signals it takes: an expression over facts and the signal")
    .optional(),
  channels: z
    .array(name("The name of a channel"), { error: "must be a list of names of channels" })
    .max(50)
    .describe("Who is notified; [] is nobody. Left out: as the route above")
    .optional(),
  template: z
    .string({ error: "must be text" })
    .max(4_000)
    .describe("The message, in the language of templates; in place of the channel's own")
    .optional(),
  group_by: z
    .array(SharedField)
    .max(SHARED_FIELDS.length)
    .describe("Signals with these equal go into one message")
    .optional(),
  group_wait: duration(
    "0s",
    "1h",
    "How long the first signal of a group waits for others; then group_interval is the least " +
      "time between two messages of the group",
  ).optional(),
  group_interval: duration("10s", "24h", "The window of which one message is made").optional(),
  repeat_interval: duration("5m", "7d", "When a signal that goes on is notified again").optional(),
  mute_times: z
    .array(name("A name in mute_times"))
    .max(20)
    .describe("When its messages wait; not passed on to the routes below")
    .default([]),
  continue: z
    .boolean({ error: "must be true or false" })
    .describe("Whether the routes after it are asked as well")
    .default(false),
  get routes() {
    return z.array(RouteEntry, { error: "must be a list of routes" }).default([]);
  },
});
export type RouteEntry = z.infer<typeof RouteEntry>;

export const MuteInterval = z
  .strictObject({
    weekdays: z
      .array(z.enum(WEEKDAYS, { error: `must be one of ${WEEKDAYS.join(", ")}` }))
      .min(1)
      .describe("On which it begins; left out: on each")
      .optional(),
    from: clock("When it begins").optional(),
    to: clock("When it ends, on the next day when that is earlier").optional(),
    zone: z
      .string()
      .refine((zone) => localMinutes(0, zone) !== null, "is no time zone, such as Europe/Berlin")
      .describe("The time zone of the clock")
      .default("UTC"),
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), {
    message: "needs both from and to, or neither for the whole day",
  })
  .refine(({ from, to }) => from === undefined || from !== to, {
    message: "ends when it begins; leave from and to out for the whole day",
  });
export type MuteInterval = z.infer<typeof MuteInterval>;

function clock(what: string) {
  return z
    .string({ error: 'must be text, such as "22:00"' })
    .refine((text) => minutesOf(text) !== null, 'must be a time of day, such as "22:00"')
    .describe(what);
}

export const InhibitEntry = z.strictObject({
  name: name("What rows call the rule").optional(),
  source_match: expression.describe("The signals that silence others"),
  target_match: expression.describe("The signals that are silenced"),
  equal: z
    .array(EqualField)
    .min(1, "must name a field: a signal would silence every other")
    .describe("What the two must have in common"),
  for: duration("1m", "24h", "How long a signal silences after it was last scored").default("1h"),
});
export type InhibitEntry = z.infer<typeof InhibitEntry>;

/** rules/routes.yml. */
export const RoutesDocument = z.strictObject({
  version: z.string({ error: 'must be text: put it in quotes, like "1.0"' }).max(50),
  route: RouteEntry.describe("The root: takes what no route below it takes"),
  inhibit: z.array(InhibitEntry, { error: "must be a list" }).max(50).default([]),
  mute_times: z
    .record(z.string().max(100), z.array(MuteInterval, { error: "must be a list" }).max(20))
    .default({}),
});
export type RoutesDocument = z.infer<typeof RoutesDocument>;

/** The fields of the file, and what Alertmanager calls them. */
export const ROUTE_FIELDS = [
  ...Object.keys(RoutesDocument.shape),
  ...Object.keys(RouteEntry.shape),
  ...Object.keys(InhibitEntry.shape),
  ...Object.keys(MuteInterval.shape),
];
export const ALERTMANAGER_FIELDS: Readonly<Record<string, string>> = {
  receiver: "channels",
  receivers: "channels, which are added with stream channels add",
  matchers: "match",
  match_re: "match, with ~=",
  mute_time_intervals: "mute_times",
  active_time_intervals: "mute_times, with the times outside them",
  time_intervals: "mute_times",
  inhibit_rules: "inhibit",
  source_matchers: "source_match",
  target_matchers: "target_match",
};
