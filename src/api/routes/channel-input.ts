import * as z from "zod";
import { localMinutes, minutesOf } from "../../kit/wall-clock.ts";
import { ChannelStatus, TokenMute } from "../../model/channel-config.ts";
import { CHAINS, SignalState } from "../../model/scalars.ts";

const TimeOfDay = z
  .string()
  .refine((text) => minutesOf(text) !== null, "must be a time such as 22:00");
const Zone = z
  .string()
  .refine((zone) => localMinutes(0, zone) !== null, "must be a time zone such as Europe/Berlin");
const QuietHours = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay, zone: Zone.default("UTC") })
  .refine(
    ({ from, to }) => minutesOf(from) !== minutesOf(to),
    "would be silence for ever: from and to are the same",
  );

const list = <T extends z.ZodType>(item: T) => z.array(item).max(200);

/** The wire form of a channel's filter; what is absent stays as it is. */
const FilterInput = z
  .strictObject({
    min_score: z.number().nullable(),
    chains: list(z.enum(CHAINS)),
    symbols: list(z.string().trim().min(1).max(40)),
    states: list(SignalState),
    quiet_hours: QuietHours.nullable(),
    digest_minutes: z.number().int().min(0).max(1440),
    alerts: z.boolean(),
    muted_events: list(z.string().min(1).max(300)),
    mutes: list(TokenMute),
  })
  .partial();

const Name = z
  .string()
  .trim()
  .regex(/^\P{Cc}{1,100}$/u, "must be 1 to 100 characters, none of them a control character");
const SettingsInput = z.record(z.string(), z.unknown());

export const ChannelInput = z.strictObject({
  kind: z.string().max(40),
  name: Name,
  settings: SettingsInput.default({}),
  filter: FilterInput.default({}),
  at_most_once: z.boolean().default(false),
});

export const ChannelUpdate = z
  .strictObject({
    name: Name,
    settings: SettingsInput,
    filter: FilterInput,
    at_most_once: z.boolean(),
    status: ChannelStatus,
    /** Makes a new signing secret; the one in use stays valid beside it. */
    rotate_secret: z.literal(true),
  })
  .partial();

export const PreviewInput = z.strictObject({
  kind: z.string().max(40),
  settings: SettingsInput.default({}),
  states: z.array(SignalState).min(1).max(3).default(["verified", "downgraded", "candidate"]),
  /** All states in one message. */
  digest: z.boolean().default(false),
});
