import * as z from "zod";
import { guardedCall } from "../http/provider-call.ts";
import type { Verdict } from "../http/verdict.ts";
import { numeric, numericAmount } from "../kit/numeric.ts";
import { DEX_FACTS, sumAmounts } from "../markets/dex-facts.ts";
import { DEXSCREENER_CHAINS } from "../markets/dexscreener.ts";
import { isNoToken, NATIVE_COINS, quoteSymbol } from "../markets/known-addresses.ts";
import type { FactValues } from "../model/facts.ts";
import { canonicalAddress } from "../model/mention.ts";
import { Chain } from "../model/scalars.ts";
import { type EnricherAnswer, enricher, NO_ANSWER, NOTHING_KNOWN } from "./enricher.ts";

/**
 * Published: 300 a minute and address. Egress addresses of Workers are shared, so we stay well
 * below.
 */
export const DEXSCREENER_LIMITS = { pace: { perMinute: 120, gapMs: 0 }, dailyBudget: null };
const DexScreenerSettings = z.object({
  DEXSCREENER_BASE_URL: z
    .url()
    .default("https://api.dexscreener.com")
    .describe("Where DexScreener is reached"),
});

/** Our names of the chains, by those of DexScreener. */
export const OUR_CHAINS: ReadonlyMap<string, Chain> = new Map(
  Object.entries(DEXSCREENER_CHAINS).map(([chain, slug]) => [slug, Chain.parse(chain)]),
);

const Side = z.object({ address: z.string(), symbol: z.string().catch("") });
const Numbers = z.record(z.string(), z.unknown()).nullish().catch(null);
/** All fields but the addresses may be missing, null or of another type: new pairs omit most. */
export const DexPair = z.object({
  chainId: z.string(),
  pairAddress: z.string().optional().catch(undefined),
  baseToken: Side,
  quoteToken: Side,
  priceUsd: z.unknown().optional(),
  volume: Numbers,
  priceChange: Numbers,
  liquidity: Numbers,
  pairCreatedAt: z.unknown().optional(),
});
export type DexPair = z.infer<typeof DexPair>;

/** The readable pairs, without those of another shape. Undefined: the answer is not a list. */
export function readPairs(json: unknown): DexPair[] | undefined {
  const list = Array.isArray(json)
    ? json
    : z.object({ pairs: z.array(z.unknown()).nullable() }).safeParse(json).data?.pairs;
  if (list === undefined) return undefined;
  return (list ?? []).flatMap((pair) => DexPair.safeParse(pair).data ?? []);
}

export const liquidityOf = (pair: DexPair): number => numericAmount(pair.liquidity?.usd) ?? 0;

/** Some tokens carry the dollar sign or blanks in their symbol on chain. */
export const plainSymbol = (symbol: string): string => symbol.replace(/[\s$]+/g, "").toUpperCase();

/** Chains whose quote tokens are known by contract: elsewhere a symbol has to do. */
const KNOWN_QUOTES: ReadonlySet<string> = new Set(["eth", "bsc", "base", "arb", "sol"]);
const VALUED_SYMBOL = /^(?:W?(?:TRX|TON|SUI|APT)|USD[TC](?:\.E)?|USDT?0|JUSDT|[SP]TON)$/;

/** Liquidity that is counted in a token nobody values is no liquidity. */
export function hasValuedQuote({ quoteToken }: DexPair, chain: string): boolean {
  const { address, symbol } = quoteToken;
  if (quoteSymbol(address) !== undefined) return true;
  // Pools of Uniswap v4 hold a chain's own coin itself, at the address of nobody.
  if (isNoToken(address)) return NATIVE_COINS.has(plainSymbol(symbol));
  return !KNOWN_QUOTES.has(chain) && VALUED_SYMBOL.test(plainSymbol(symbol));
}

/**
 * Facts about one token from its pairs. Pools in which it is the quote side are skipped, because
 * their figures describe the other token, and those against a token of no known value decide
 * nothing but the age. Liquidity and volume are sums over its pools; price and change come from the
 * deepest; the age is that of the oldest.
 */
export function pairFacts(
  pairs: DexPair[],
  chainId: string,
  tokenCa: string,
  now: number,
): FactValues | null {
  const wanted = canonicalAddress(tokenCa);
  const own = pairs.filter(
    (pair) => pair.chainId === chainId && canonicalAddress(pair.baseToken.address) === wanted,
  );
  if (own.length === 0) return null;
  const valued = own.filter((pair) => hasValuedQuote(pair, OUR_CHAINS.get(chainId) ?? ""));
  const deepest = valued.toSorted((a, b) => liquidityOf(b) - liquidityOf(a))[0];
  const born = own
    .flatMap((pair) => numeric(pair.pairCreatedAt) ?? [])
    .filter((at) => at > 0 && at <= now);
  return {
    dex_liquidity: sumAmounts(valued.map((pair) => numericAmount(pair.liquidity?.usd))),
    dex_volume_1h: sumAmounts(valued.map((pair) => numericAmount(pair.volume?.h1))),
    dex_volume_24h: sumAmounts(valued.map((pair) => numericAmount(pair.volume?.h24))),
    dex_price_usd: numericAmount(deepest?.priceUsd),
    dex_price_change_1h: numeric(deepest?.priceChange?.h1),
    dex_price_change_24h: numeric(deepest?.priceChange?.h24),
    dex_pair_age_hours: born.length === 0 ? null : (now - Math.min(...born)) / 3_600_000,
  };
}

/** The CDN answers clients that ask too often with a page (403). */
export function dexscreenerVerdict({ status }: { status: number | null }): Verdict | undefined {
  if (status === 404) return { kind: "empty", reason: "unknown token" };
  return status === 403 ? { kind: "throttled", reason: "turned away (HTTP 403)" } : undefined;
}

export const dexscreener = enricher({
  name: "dexscreener",
  group: "dex",
  title: "DexScreener",
  docs: [
    "Price, liquidity and volume of a token's pools. No key. Asked first; GeckoTerminal stands in",
    "when it fails or knows nothing.",
  ].join(" "),
  provides: DEX_FACTS,
  settings: DexScreenerSettings,
  keepSeconds: 3_600,
  limits: () => DEXSCREENER_LIMITS,
  search: ({ DEXSCREENER_BASE_URL }) => ({ baseUrl: DEXSCREENER_BASE_URL }),
  supports: (token) => DEXSCREENER_CHAINS[token.chain] !== undefined,
  async ask(token, settings, ports): Promise<EnricherAnswer> {
    const chainId = DEXSCREENER_CHAINS[token.chain] ?? "";
    const path = `/token-pairs/v1/${chainId}/${encodeURIComponent(token.tokenCa)}`;
    const answer = await guardedCall(
      { provider: "dexscreener", limits: DEXSCREENER_LIMITS },
      () => ({
        url: `${settings.DEXSCREENER_BASE_URL}${path}`,
        headers: { accept: "application/json" },
        timeoutMs: 4_000,
        expect: "json",
        accepts: (json) => readPairs(json) !== undefined,
        classify: dexscreenerVerdict,
      }),
      ports,
    );
    if (answer.verdict.kind === "empty") return NOTHING_KNOWN(answer.verdict.reason);
    if (answer.verdict.kind !== "ok") return NO_ANSWER(answer.verdict);
    const values = pairFacts(readPairs(answer.json) ?? [], chainId, token.tokenCa, ports.now());
    if (values === null) return NOTHING_KNOWN("no pool trades this token");
    return { verdict: answer.verdict, values, notes: [], freshSeconds: 45 };
  },
});
