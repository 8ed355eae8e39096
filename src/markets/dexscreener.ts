import type { Chain } from "../model/scalars.ts";

/**
 * DexScreener's names of the chains: in the paths of its API, and of its pages that notifications
 * link to.
 */
export const DEXSCREENER_CHAINS: Partial<Record<Chain, string>> = {
  eth: "ethereum",
  bsc: "bsc",
  base: "base",
  arb: "arbitrum",
  sol: "solana",
  tron: "tron",
  ton: "ton",
  sui: "sui",
  apt: "aptos",
};
