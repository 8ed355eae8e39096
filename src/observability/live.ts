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
    score: z.number(),
    result: z.string(),
    attempt: z.number().int(),
    at: z.string(),
  }),
]);
export type LiveMessage = z.infer<typeof LiveMessage>;

/**
 * Tells all who listen. Called once an invocation; a failure is dropped, since the store has the
 * truth.
 */
export type BroadcastLive = (messages: LiveMessage[]) => Promise<void>;

/** The Worker, which knows the caller, sets it to "operations" for those who may hear deliveries. */
export const AUDIENCE_HEADER = "X-Stream-Audience";

export type LiveFilter = {
  minScore: number | null;
  chain: string | null;
  symbol: string | null;
  /** Deliveries name channels, so that they are for those who may read the operations. */
  operations: boolean;
};

export const EVERYTHING: LiveFilter = {
  minScore: null,
  chain: null,
  symbol: null,
  operations: true,
};

/**
 * A filter asks for signals and deliveries of what it names, so a batch of posts passes only when
 * nothing is asked.
 */
export function passesFilter(filter: LiveFilter, message: LiveMessage): boolean {
  if (message.event === "delivery" && !filter.operations) return false;
  if (message.event === "posts")
    return filter.minScore === null && filter.chain === null && filter.symbol === null;
  return (
    (filter.minScore === null || message.score >= filter.minScore) &&
    (filter.chain === null || message.chain === filter.chain) &&
    (filter.symbol === null || message.symbol?.toUpperCase() === filter.symbol.toUpperCase())
  );
}
