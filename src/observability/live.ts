import * as z from "zod";
import { Chain } from "../model/scalars.ts";

/**
 * What the live stream tells: every state change of a signal, how each batch of posts ended, every
 * finished delivery attempt.
 */
export const LiveMessage = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("signal"),
    eventKey: z.string(),
    chain: Chain,
    symbol: z.string().nullable(),
    tokenCa: z.string().nullable().optional(),
    type: z.string().optional(),
    state: z.string(),
    previousState: z.string().nullable(),
    score: z.number(),
    level: z.string(),
    riskLevel: z.string(),
    reasons: z.array(z.string()),
    degraded: z.boolean(),
    at: z.string(),
  }),
  z.object({
    event: z.literal("posts"),
    /** One a post; `excerpt` at most 140 characters, from outside: show as text only. */
    posts: z.array(
      z.object({
        source: z.string(),
        id: z.string(),
        outcome: z.string(),
        reason: z.string().nullable(),
        author: z.string(),
        excerpt: z.string(),
      }),
    ),
    at: z.string(),
  }),
  z.object({
    event: z.literal("delivery"),
    deliveryId: z.number().int(),
    channel: z.string(),
    eventKey: z.string(),
    chain: Chain,
    symbol: z.string().nullable(),
    tokenCa: z.string().nullable().optional(),
    type: z.string().optional(),
    state: z.string().optional(),
    level: z.string().optional(),
    score: z.number(),
    result: z.string(),
    attempt: z.number().int(),
    at: z.string(),
  }),
]);
export type LiveMessage = z.infer<typeof LiveMessage>;

/** Ids only grow, by one a message. */
export type LoggedMessage = { id: number; message: LiveMessage };
/** What a copy of the log lacks; `anew`: it is too far behind, so that all of it is here. */
export type LogCopy = { anew: boolean; entries: LoggedMessage[] };

/**
 * Tells all who listen. Called once an invocation; a failure is dropped, since the store has the
 * truth.
 */
export type BroadcastLive = (messages: LiveMessage[]) => Promise<void>;

/** The Worker, which knows the caller, says in it who listens (LiveListener as JSON). */
export const LISTENER_HEADER = "X-Stream-Listener";

/** Who listens. */
export const LiveListener = z.object({
  /** Deliveries name channels, so that they are for those who may read the operations. */
  operations: z.boolean().default(false),
  /** The API key that it came by. */
  keyId: z.string().nullable().default(null),
  /** When that key expires, in milliseconds. */
  expiresAt: z.number().nullable().default(null),
  /** Its address, or its network; "": not known. */
  address: z.string().default(""),
  /** Its tenant, where that may have so many listeners at a time. */
  tenant: z.object({ name: z.string(), places: z.number() }).optional(),
});
export type LiveListener = z.infer<typeof LiveListener>;

/** The headers of an event source. A cache that kept it would give one stream to all listeners. */
export const EVENT_STREAM = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
};

/** What a listener asked for; null: everything. */
export type LiveFilter = {
  minScore: number | null;
  chain: string | null;
  symbol: string | null;
  state: string | null;
  type: string | null;
  level: string | null;
  /** A kind of message, or the key of an event. */
  event: string | null;
  /** The address of a contract, or a symbol. */
  token: string | null;
  /** A condition (src/api/live-condition.ts), which passesFilter leaves to its caller. */
  where: string | null;
  operations: boolean;
};

export const EVERYTHING: LiveFilter = {
  minScore: null,
  chain: null,
  symbol: null,
  state: null,
  type: null,
  level: null,
  event: null,
  token: null,
  where: null,
  operations: true,
};

const asksNothing = ({ operations: _, event, ...asked }: LiveFilter): boolean =>
  (event === null || event === "posts") && Object.values(asked).every((part) => part === null);

const isOr = (asked: string | null, ...values: (string | null | undefined)[]): boolean =>
  asked === null || values.some((value) => value?.toUpperCase() === asked.toUpperCase());

/**
 * A filter asks for signals and deliveries of what it names, so a batch of posts passes only when
 * nothing is asked. A message that does not say what is asked for does not pass.
 */
export function passesFilter(filter: LiveFilter, message: LiveMessage): boolean {
  if (message.event === "delivery" && !filter.operations) return false;
  if (message.event === "posts") return asksNothing(filter);
  const symbol = filter.token?.replace(/^\$/, "") ?? null;
  return (
    (filter.minScore === null || message.score >= filter.minScore) &&
    (filter.chain === null || message.chain === filter.chain) &&
    isOr(filter.symbol, message.symbol) &&
    isOr(filter.state, message.state) &&
    isOr(filter.type, message.type) &&
    isOr(filter.level, message.level) &&
    isOr(filter.event, message.event, message.eventKey) &&
    isOr(symbol, message.symbol, message.tokenCa)
  );
}
