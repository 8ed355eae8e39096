import * as z from "zod";
import type { LayeredCache } from "../concurrency/layered-cache.ts";
import type { SharedFlight } from "../concurrency/shared-flight.ts";
import { type GuardedPorts, guardedCall } from "../http/provider-call.ts";
import { numericAmount } from "../kit/numeric.ts";
import { FOREIGN_COINS, NATIVE_COINS } from "../markets/known-addresses.ts";
import { canonicalAddress, TokenRef } from "../model/mention.ts";
import type { Chain } from "../model/scalars.ts";
import {
  DEXSCREENER_LIMITS,
  type DexPair,
  dexscreenerVerdict,
  hasValuedQuote,
  liquidityOf,
  OUR_CHAINS,
  plainSymbol,
  readPairs,
} from "./dexscreener.ts";
import type { TokenSearch } from "./enricher.ts";
import { tokenAtAddress } from "./locate.ts";

/** Below this a pool can be made by anyone who wants a name. */
const LIQUIDITY_FLOOR_USD = 100_000;
/**
 * The leader must hold this share of the liquidity of all tokens with the symbol, and have seen
 * real trade.
 */
const DOMINANT_SHARE = 0.8;
const MIN_VOLUME_SHARE = 0.001;
/** A search can never be as sure as the post itself. */
const MOST_SURE = 0.95;
const KNOWN_SECONDS = 3_600;
const UNKNOWN_SECONDS = 600;

type Candidate = { chain: Chain; tokenCa: string; liquidity: number; volume: number };

function candidates(pairs: DexPair[], symbol: string): Candidate[] {
  const byToken = new Map<string, Candidate>();
  for (const pair of pairs) {
    const chain = OUR_CHAINS.get(pair.chainId);
    if (chain === undefined || plainSymbol(pair.baseToken.symbol) !== symbol) continue;
    if (!hasValuedQuote(pair, chain)) continue;
    const tokenCa = canonicalAddress(pair.baseToken.address);
    const key = `${chain}:${tokenCa}`;
    const sum = byToken.get(key) ?? { chain, tokenCa, liquidity: 0, volume: 0 };
    byToken.set(key, {
      ...sum,
      liquidity: sum.liquidity + liquidityOf(pair),
      volume: sum.volume + (numericAmount(pair.volume?.h24) ?? 0),
    });
  }
  return [...byToken.values()].toSorted((a, b) => b.liquidity - a.liquidity);
}

/**
 * The token that a symbol stands for, when one clearly dominates: it holds 80 % of the liquidity of
 * all tokens of that symbol (on that chain, if the post named one), more than 100,000 USD, and is
 * traded. The confidence is its share, 0.95 at most. Null: nobody dominates, or the symbol is that
 * of a chain's own coin, which has no contract.
 */
export function dominantPair(
  pairs: DexPair[],
  token: Pick<TokenRef, "symbol" | "chain">,
): TokenRef | null {
  const symbol = plainSymbol(token.symbol ?? "");
  if (NATIVE_COINS.has(symbol) || FOREIGN_COINS.has(symbol)) return null;
  const rivals = candidates(pairs, symbol).filter(
    (each) => token.chain === "unknown" || each.chain === token.chain,
  );
  const [leader] = rivals;
  if (leader === undefined || leader.liquidity < LIQUIDITY_FLOOR_USD) return null;
  const share = leader.liquidity / rivals.reduce((sum, each) => sum + each.liquidity, 0);
  if (share < DOMINANT_SHARE || leader.volume < leader.liquidity * MIN_VOLUME_SHARE) return null;
  const confidence = Math.round(Math.min(share, MOST_SURE) * 100) / 100;
  return { chain: leader.chain, symbol, tokenCa: leader.tokenCa, confidence };
}

export type ResolvePorts = GuardedPorts & {
  cache: LayeredCache;
  /** Callers that want the same token at once share one call, here and in other isolates. */
  flight: SharedFlight;
  /** For looking up what a symbol stands for, and what is at an address. */
  search: TokenSearch | null;
};
const Remembered = z.object({ token: TokenRef.nullable() });

/** What a look-up found. `failed`: the search gave no answer, and may give one later. */
export type TokenLookup =
  | { kind: "found"; token: TokenRef & { tokenCa: string } }
  | { kind: "nobody" }
  | { kind: "failed"; error: string };

const lookupOf = (token: TokenRef | null): TokenLookup =>
  token?.tokenCa
    ? { kind: "found", token: { ...token, tokenCa: token.tokenCa } }
    : { kind: "nobody" };

/** What is looked up of a token: its symbol, an address without a chain, or one of a market. */
type Question = { text: string; key: string; read(pairs: DexPair[]): TokenRef | null };

function questionOf(token: TokenRef): Question | undefined {
  const { chain, symbol, tokenCa, pool } = token;
  if (tokenCa !== null) {
    const key = `cache:address:${chain}:${canonicalAddress(tokenCa)}`;
    return pool || chain === "unknown"
      ? { text: tokenCa, key, read: (pairs) => tokenAtAddress(pairs, { ...token, tokenCa }) }
      : undefined;
  }
  if (symbol === null) return undefined;
  const key = `cache:symbol:${chain}:${symbol.toUpperCase()}`;
  return { text: symbol, key, read: (pairs) => dominantPair(pairs, token) };
}

async function search(
  { text, key, read }: Question,
  baseUrl: string,
  ports: ResolvePorts,
): Promise<TokenLookup> {
  const answer = await guardedCall(
    { provider: "dexscreener", limits: DEXSCREENER_LIMITS, patienceMs: 2_000 },
    () => ({
      url: `${baseUrl}/latest/dex/search?q=${encodeURIComponent(text)}`,
      headers: { accept: "application/json" },
      timeoutMs: 4_000,
      expect: "json",
      accepts: (json) => readPairs(json) !== undefined,
      classify: dexscreenerVerdict,
    }),
    ports,
  );
  const { kind, reason } = answer.verdict;
  if (kind !== "ok" && kind !== "empty") return { kind: "failed", error: `${kind}: ${reason}` };
  const found = read(readPairs(answer.json) ?? []);
  const seconds = found === null ? UNKNOWN_SECONDS : KNOWN_SECONDS;
  await ports.cache.put(key, { token: found }, seconds, seconds);
  return lookupOf(found);
}

/** Whether providers can be asked about the token only after a search. */
export const needsLookup = (token: TokenRef): boolean => questionOf(token) !== undefined;

/**
 * Looks up the contract of a symbol, the chain of a contract, or the token of a pool. The result
 * serves enrichment and says which events are about one token; an event keeps the key that it was
 * given (docs/decisions/041, 042).
 */
export async function lookUp(token: TokenRef, ports: ResolvePorts): Promise<TokenLookup> {
  const question = questionOf(token);
  const baseUrl = ports.search?.baseUrl;
  if (question === undefined || baseUrl === undefined) return { kind: "nobody" };
  const remembered = async (): Promise<TokenLookup | null> => {
    const known = await ports.cache.get(
      question.key,
      (stored) => Remembered.safeParse(stored).data,
    );
    return known !== null && known.freshUntil > ports.now() ? lookupOf(known.value.token) : null;
  };
  const look = () =>
    ports.flight(
      question.key,
      () => search(question, baseUrl, ports),
      remembered,
      ({ kind }) => kind !== "failed",
    );
  return (
    (await remembered()) ?? look().catch(() => ({ kind: "failed", error: "fault in the search" }))
  );
}
