import * as z from "zod";
import { Chain, EventType, Level, RiskLevel, SignalState } from "./scalars.ts";
import { SignalReason } from "./signal.ts";

/** How a notification was routed when it was planned (src/routing). Names are looked up anew. */
export const NotificationRouting = z.object({
  route: z.string(),
  /** The sha of the routes. */
  version: z.string(),
  /** The message, in place of the channel's own. */
  template: z.string().optional(),
  /** Rows with the same go into one message; null: each is sent alone, or in the channel's digest. */
  group: z.string().nullable(),
  /** The least time between two messages of the group; absent where it has windows on the clock. */
  groupMs: z.number().optional(),
  repeatMs: z.number().nullable(),
  muteTimes: z.array(z.string()),
  /** Inhibit rules of which it is a target. */
  inhibit: z.array(z.string()),
  /** When it may first be sent; null = at once. */
  dueAt: z.string().nullable(),
});
export type NotificationRouting = z.infer<typeof NotificationRouting>;

/**
 * The notification of one state change. Stored in push_outbox.payload_json;
 * channels render it.
 */
export const SignalNotification = z.object({
  v: z.literal(1),
  eventKey: z.string(),
  /**
   * The token that the event is about, and its window: equal for two events of one token, such as
   * that of its symbol and that of its contract. Absent in older rows.
   */
  subject: z.string().optional(),
  transition: z.number().int(),
  state: SignalState,
  previousState: SignalState.nullable(),
  score: z.number(),
  level: Level,
  riskLevel: RiskLevel,
  type: EventType,
  chain: Chain,
  symbol: z.string().nullable(),
  tokenCa: z.string().nullable(),
  summary: z.string(),
  reasons: z.array(SignalReason),
  missing: z.array(z.string()),
  degraded: z.boolean(),
  evidenceCount: z.number().int(),
  uniqueAuthors: z.number().int(),
  copies: z.number().int(),
  rulesVersion: z.string(),
  /** When the state changed. */
  ts: z.string(),
  /** Absent without rules/routes.yml. */
  routing: NotificationRouting.optional(),
  /** Which repeat it is of one that was sent before, the last time at `since`. */
  repeat: z.object({ count: z.number().int(), since: z.string() }).optional(),
  /**
   * The traceparents of the posts that set it off; the message continues the first. No channel
   * shows them. Absent in older rows.
   */
  traces: z.array(z.string()).optional(),
  /**
   * For streams, which get every revision of an event: in no order, since each names its own.
   */
  stream: z
    .object({
      rev: z.number().int(),
      subject: z.string(),
      windowStart: z.string(),
      startTs: z.string(),
      lastTs: z.string(),
      onchainAsofTs: z.string().nullable(),
      onchainConfidence: z.number().nullable(),
      facts: z.record(z.string(), z.unknown()),
    })
    .optional(),
});
export type SignalNotification = z.infer<typeof SignalNotification>;

/** As machines get it: of the routing, which is our own matter, the route's name alone. */
export const notificationShown = ({ routing, ...rest }: SignalNotification) =>
  routing === undefined ? rest : { ...rest, route: routing.route };

/**
 * pending and failed wait for next_retry_at; a pending row under a live lease is being sent. done
 * and dlq are final.
 */
export const DeliveryStatus = z.enum(["pending", "done", "failed", "dlq"]);
/** As the API shows it: a row under a lease is `sending`. */
export const ShownStatus = z.enum([...DeliveryStatus.options, "sending"]);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** A row to be written to push_outbox: one notification for one channel. */
export const OutboxDraft = z.object({
  channelId: z.number().int(),
  eventKey: z.string(),
  /** sha256(event key, channel, transition): the same for every attempt, and across crashes. */
  idemKey: z.string(),
  payload: SignalNotification,
  /** Later than now when quiet hours or a digest hold it back; null = at once. */
  notBefore: z.string().nullable(),
  /** That of the channel; absent: the default tenant. */
  tenant: z.string().optional(),
});
export type OutboxDraft = z.infer<typeof OutboxDraft>;

/** A message that a channel accepted, as far as later messages refer to it. */
export const SentMessage = z.object({
  /** The channel's own id of it; null where the channel gives none. */
  externalId: z.string().nullable(),
  /** The chat in which that id stands. An id without its chat is never used. */
  chat: z.string().nullable().optional(),
  /** It was a digest: it also reports other events, and must not be edited. */
  shared: z.boolean().optional(),
});
export type SentMessage = z.infer<typeof SentMessage>;

/** The last message about an event. */
export type PriorMessage = { id: string; chat: string | null; shared: boolean };

/** A leased row of push_outbox. */
export const Delivery = z.object({
  id: z.number().int(),
  channelId: z.number().int(),
  eventKey: z.string(),
  idemKey: z.string(),
  payload: SignalNotification,
  status: DeliveryStatus,
  /** Attempts made before this one. */
  retryCount: z.number().int(),
  createdAt: z.string(),
  /**
   * When the earliest of the posts that set it off was accepted; null when none did, and for what
   * was held back or reopened.
   */
  acceptedAt: z.string().nullable().optional(),
  leaseToken: z.string(),
  /** An earlier holder renewed its lease to send and never closed: that send may have happened. */
  interrupted: z.boolean().optional(),
  /**
   * The key of the digest it was last sent in, while that may have arrived: it goes again only with
   * those that carry the same.
   */
  digestKey: z.string().nullable().optional(),
  /** What the channel was told last about this subject, from another event, says the same. */
  repeats: z.boolean().optional(),
});
export type Delivery = z.infer<typeof Delivery>;
