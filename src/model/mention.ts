import * as z from "zod";
import { Chain, EventType } from "./scalars.ts";

/**
 * The token a post speaks of. `tokenCa` null: only a symbol is known. `confidence` says how sure
 * the resolution is (1 = stated in the post).
 */
export const TokenRef = z.object({
  chain: Chain,
  symbol: z.string().nullable(),
  tokenCa: z.string().nullable(),
  confidence: z.number().min(0).max(1),
});
export type TokenRef = z.infer<typeof TokenRef>;

/** One post speaking of one token: what becomes a piece of evidence of an event. */
export const Mention = z.object({
  eventKey: z.string(),
  /** `{source}:{post id}`: with the event key, the primary key of the evidence. */
  evidenceId: z.string(),
  source: z.string(),
  postId: z.string(),
  author: z.string(),
  postedAt: z.string(),
  windowStart: z.string(),
  token: TokenRef,
  type: EventType,
  /** The words that decided the type; empty for a plain mention. */
  typePhrase: z.string(),
  /** The probability 0..1 that the post reports an event of its type; absent in older evidence. */
  typeConfidence: z.number().min(0).max(1).optional(),
  /** -1..1; null when no model rates the post's language. */
  sentiment: z.number().nullable(),
  /** -1 bearish .. 1 bullish; absent in older evidence, null in languages that are not read. */
  stance: z.number().nullable().optional(),
  lang: z.string().nullable(),
  keywords: z.array(z.string()),
  fingerprint: z.string(),
  followers: z.number().nullable(),
  /** The author's weight on the authors list; 0 when not listed. */
  authorWeight: z.number(),
  url: z.string().nullable(),
  /** Of a backfill: it counts, and nobody is notified because of it. */
  quiet: z.boolean().optional(),
  /** `postedAt` is not what the source stated, and says nothing about the event's pace. */
  timeGuessed: z.boolean().optional(),
  /** First 280 characters, for people. */
  excerpt: z.string(),
});
export type Mention = z.infer<typeof Mention>;

/** Canonical form of a contract address: EVM in lower case, all others exactly as written. */
export const canonicalAddress = (address: string): string =>
  /^0x[0-9a-f]+$/i.test(address) ? address.toLowerCase() : address;

export function windowStart(postedAt: string, windowMinutes: number): string {
  const length = windowMinutes * 60_000;
  return new Date(Math.floor(Date.parse(postedAt) / length) * length)
    .toISOString()
    .replace(".000Z", "Z");
}

/**
 * `{chain}:{token}:{window start}`: the address when one is known, else the upper-case symbol
 * (docs/architecture.md).
 */
export function eventKey(
  token: Pick<TokenRef, "chain" | "symbol" | "tokenCa">,
  start: string,
): string {
  const id = token.tokenCa ? canonicalAddress(token.tokenCa) : (token.symbol ?? "").toUpperCase();
  return `${token.chain}:${id}:${start}`;
}
