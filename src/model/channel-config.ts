import * as z from "zod";
import type { AlertNotice } from "./alert.ts";
import { Chain, SignalState } from "./scalars.ts";
import { DEFAULT_TENANT } from "./tenant.ts";

/** A token that a person in the chat does not want to hear of for a time. */
export const TokenMute = z.object({
  /** As in the subject of its notifications, or `$SYMBOL`. */
  token: z.string().min(1).max(300),
  /** Its symbol, where it was known: posts that name the symbol alone are about it too. */
  symbol: z.string().max(100).optional(),
  until: z.string(),
  by: z.string().max(200),
  /** Which call asked for it: the same again changes nothing. */
  request: z.string().max(100),
});
export type TokenMute = z.infer<typeof TokenMute>;

/** Which notifications a channel wants, and when. */
export const ChannelFilter = z.object({
  minScore: z.number().nullable().default(null),
  chains: z.array(Chain).default([]),
  symbols: z.array(z.string()).default([]),
  states: z.array(SignalState).default([]),
  /**
   * Local wall-clock hours with no messages, e.g. {from: "22:00", to: "07:00", zone:
   * "Europe/Berlin"}.
   */
  quietHours: z
    .object({ from: z.string(), to: z.string(), zone: z.string() })
    .nullable()
    .default(null),
  /** Collect notifications and send one message at this interval in minutes; 0 sends each at once. */
  digestMinutes: z.number().int().min(0).max(1440).default(0),
  mutedEvents: z.array(z.string()).default([]),
  /** In the order in which they were asked for: of one token the latest counts. Some are over. */
  mutes: z.array(TokenMute).optional(),
  /** Whether it is told of alerts on the pipeline itself. Absent in older rows. */
  alerts: z.boolean().optional(),
});
export type ChannelFilter = z.infer<typeof ChannelFilter>;

/**
 * active sends; paused keeps deliveries waiting (its credentials need a fix); disabled refuses them
 * (the target is gone).
 */
export const ChannelStatus = z.enum(["active", "paused", "disabled"]);
export type ChannelStatus = z.infer<typeof ChannelStatus>;

/**
 * A row of `channels`. `settings` are validated by the adapter named in `kind`; secrets in it are
 * never read back over HTTP.
 */
export const ChannelConfig = z.object({
  id: z.number().int(),
  tenant: z.string(),
  kind: z.string(),
  name: z.string(),
  settings: z.record(z.string(), z.unknown()),
  filter: ChannelFilter,
  status: ChannelStatus,
  /** Why it is paused or disabled. */
  statusReason: z.string().nullable(),
  /** The first failure since its last success; null when its last attempt succeeded. */
  failingSince: z.string().nullable(),
  atMostOnce: z.boolean(),
  createdAt: z.string(),
  /** Why its secrets cannot be read (src/channels/sealed-channels.ts). Not stored. */
  locked: z.string().optional(),
});
export type ChannelConfig = z.infer<typeof ChannelConfig>;

/** The tenants that have one of the channels, each once. */
export const tenantsOf = (channels: readonly { tenant?: string }[]): string[] => [
  ...new Set(channels.map(({ tenant }) => tenant ?? DEFAULT_TENANT)),
];

/** A channel was paused or switched off by what its target answered. */
export type ChannelNotice = {
  kind: "channel";
  channel: string;
  status: "paused" | "disabled";
  reason: string;
  at: string;
};

/** What operators are told over a channel, beside the signals. */
export type OperatorNotice = ChannelNotice | AlertNotice;
