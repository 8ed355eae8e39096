import * as z from "zod";
import type { Verdict } from "../http/verdict.ts";
import type { Chain } from "../model/scalars.ts";

/** GeckoTerminal's names of the chains, for its enricher and the source of new pools. */
export const GECKO_NETWORKS: Partial<Record<Chain, string>> = {
  eth: "eth",
  bsc: "bsc",
  base: "base",
  arb: "arbitrum",
  sol: "solana",
  tron: "tron",
  ton: "ton",
  sui: "sui-network",
  apt: "aptos",
};

/** Published: about 30 a minute and address; 429 is answered from 20 on. Shared by both users. */
export const GECKO_LIMITS = { pace: { perMinute: 12, gapMs: 1_000 }, dailyBudget: null };

const PUBLIC_API = "https://api.geckoterminal.com/api/v2";
const DEMO_API = "https://api.coingecko.com/api/v3/onchain";

/** Two APIs of the same shape: the public one, and CoinGecko's for those with a key. */
export const GeckoSettings = {
  GECKOTERMINAL_BASE_URL: z
    .url()
    .optional()
    .describe("Where GeckoTerminal is reached; by default its public API, with a key CoinGecko's"),
  COINGECKO_API_KEY: z
    .string()
    .min(1)
    .optional()
    .describe("A key of CoinGecko's demo plan, which raises the limit"),
};
export type GeckoSettings = {
  GECKOTERMINAL_BASE_URL?: string | undefined;
  COINGECKO_API_KEY?: string | undefined;
};

export function geckoApi({ GECKOTERMINAL_BASE_URL: base, COINGECKO_API_KEY: key }: GeckoSettings) {
  return {
    base: base ?? (key === undefined ? PUBLIC_API : DEMO_API),
    headers: {
      accept: "application/json;version=20230302",
      ...(key !== undefined && { "x-cg-demo-api-key": key }),
    },
  };
}

const Limited = z.object({ status: z.object({ error_code: z.literal(429) }) });

/** The rate limit also comes inside a 200. */
export const geckoVerdict = ({ json }: { json: unknown }): Verdict | undefined =>
  Limited.safeParse(json).success ? { kind: "throttled", reason: "rate limit" } : undefined;
