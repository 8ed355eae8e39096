import * as z from "zod";
import type { LayeredCache } from "../concurrency/layered-cache.ts";
import type { SharedFlight } from "../concurrency/shared-flight.ts";
import { type GuardedPorts, guardedCall } from "../http/provider-call.ts";
import { numericAmount } from "../kit/numeric.ts";
import { DEXSCREENER_CHAINS } from "../markets/dexscreener.ts";
import { NATIVE_COINS } from "../markets/known-addresses.ts";
import { canonicalAddress, TokenRef } from "../model/mention.ts";
import { Chain } from "../model/scalars.ts";
import {
  DEXSCREENER_LIMITS,
  type DexPair,
  dexscreenerVerdict,
  hasValuedQuote,
  liquidityOf,
  plainSymbol,
  readPairs,
} from "./dexscreener.ts";
import type { TokenSearch } from "./enricher.ts";

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

const SHORT = Object.fromEntries(
  Object.entries(DEXSCREENER_CHAINS).map(([chain, slug]) => [slug, Chain.parse(chain)]),
);

type Candidate = { chain: Chain; tokenCa: string; liquidity: number; volume: number };

function candidates(pairs: DexPair[], symbol: string): Candidate[] {
  const byToken = new Map<string, Candidate>();
  for (const pair of pairs) {
    const chain = SHORT[pair.chainId];
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
  if (NATIVE_COINS.has(symbol)) return null;
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
  /** For looking up a token of which only the symbol is known. */
  search: TokenSearch | null;
};
const Remembered = z.object({ token: TokenRef.nullable() });

async function search(
  token: TokenRef & { symbol: string },
  key: string,
  baseUrl: string,
  ports: ResolvePorts,
): Promise<TokenRef> {
  const answer = await guardedCall(
    { provider: "dexscreener", limits: DEXSCREENER_LIMITS, patienceMs: 2_000 },
    () => ({
      url: `${baseUrl}/latest/dex/search?q=${encodeURIComponent(token.symbol)}`,
      headers: { accept: "application/json" },
      timeoutMs: 4_000,
      expect: "json",
      classify: dexscreenerVerdict,
    }),
    ports,
  );
  if (answer.verdict.kind !== "ok" && answer.verdict.kind !== "empty") return token;
  const found = dominantPair(readPairs(answer.json) ?? [], token);
  const seconds = found === null ? UNKNOWN_SECONDS : KNOWN_SECONDS;
  await ports.cache.put(key, { token: found }, seconds, seconds);
  return found ?? token;
}

/**
 * Looks up the contract of a token known by its symbol alone. It answers the token as it is when
 * nobody dominates or the search is out. The result serves enrichment only: an event keeps the key
 * it was given (docs/decisions/041).
 */
export async function resolveToken(token: TokenRef, ports: ResolvePorts): Promise<TokenRef> {
  const { symbol } = token;
  const baseUrl = ports.search?.baseUrl;
  if (token.tokenCa !== null || symbol === null || baseUrl === undefined) return token;
  const key = `cache:symbol:${token.chain}:${symbol.toUpperCase()}`;
  const remembered = async (): Promise<TokenRef | null> => {
    const known = await ports.cache.get(key, (stored) => Remembered.safeParse(stored).data);
    return known !== null && known.freshUntil > ports.now() ? (known.value.token ?? token) : null;
  };
  const look = () =>
    ports.flight(key, () => search({ ...token, symbol }, key, baseUrl, ports), remembered);
  return (await remembered()) ?? look().catch(() => token);
}
