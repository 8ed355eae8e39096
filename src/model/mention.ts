import * as z from "zod";
import { tonAccount } from "../kit/ton-address.ts";
import { Chain, EventType } from "./scalars.ts";

/**
 * The token a post speaks of. `tokenCa` null: only a symbol is known. `confidence` says how sure
 * the resolution is (1 = stated in the post). `pool`: the address comes from a link to a market,
 * whose pages name a token by its pool as well; enrichment tells which it is.
 */
export const TokenRef = z.object({
  chain: Chain,
  symbol: z.string().nullable(),
  tokenCa: z.string().nullable(),
  confidence: z.number().min(0).max(1),
  pool: z.literal(true).optional(),
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
  /** The traceparent of the post's own span; absent in older evidence. */
  trace: z.string().optional(),
  /** First 280 characters, for people. */
  excerpt: z.string(),
});
export type Mention = z.infer<typeof Mention>;

const EVM_ADDRESS = /^0x[0-9a-f]{40}$/i;
/** An account of Sui or Aptos, or a coin's type there. */
const MOVE_ADDRESS = /^0x0*([0-9a-f]{1,64}(?:$|::.+))/i;
/** Also the account before a coin's type on Sui and Aptos, whose names keep their case. */
const HEX_ACCOUNT = /^0x[0-9a-f]+(?=$|::)/i;

/**
 * Canonical form of a contract address: hexadecimal in lower case, accounts of TON bounceable, all
 * others exactly as written. In tables, keys and filters an address stands in this form alone.
 */
export const canonicalAddress = (address: string): string =>
  HEX_ACCOUNT.test(address)
    ? address.replace(HEX_ACCOUNT, (account) => account.toLowerCase())
    : (tonAccount(address) ?? address);

export function windowStart(postedAt: string, windowMinutes: number): string {
  const length = windowMinutes * 60_000;
  return new Date(Math.floor(Date.parse(postedAt) / length) * length)
    .toISOString()
    .replace(".000Z", "Z");
}

/**
 * What identifies a token: its address when one is known, else its upper-case symbol. An
 * address of the EVM lives on any of its chains alike, and most posts do not say on which: the
 * chain is a fact about the event and no part of its key (docs/decisions/035). So it is with the
 * coin types of Sui and Aptos, which look alike and belong to one chain only, and may be written
 * with or without leading zeros.
 */
export function tokenKey({
  chain,
  symbol,
  tokenCa,
}: Pick<TokenRef, "chain" | "symbol" | "tokenCa">): string {
  if (!tokenCa) return `${chain}:${(symbol ?? "").toUpperCase()}`;
  const address = canonicalAddress(tokenCa);
  if (EVM_ADDRESS.test(address)) return `evm:${address}`;
  const move = MOVE_ADDRESS.exec(address)?.[1];
  return move === undefined ? `${chain}:${address}` : `move:0x${move}`;
}

/** `{token key}:{window start}` (docs/architecture.md). */
export const eventKey = (
  token: Pick<TokenRef, "chain" | "symbol" | "tokenCa">,
  start: string,
): string => `${tokenKey(token)}:${start}`;

/**
 * A mention under the key that its event has now: messages and dead letters of older versions name
 * contracts of the EVM by their chain.
 */
export const rekeyed = (mention: Mention): Mention => ({
  ...mention,
  eventKey: currentKey(mention.eventKey),
});

const KEY_BY_CHAIN = /^(?:eth|bsc|base|arb|unknown):(0x[0-9a-f]{40}):(?=\d{4}-)/i;

/** The same for a key by itself, as links and settings of older versions hold it. */
export const currentKey = (eventKey: string): string =>
  eventKey.replace(KEY_BY_CHAIN, (_, address: string) => `evm:${address.toLowerCase()}:`);
