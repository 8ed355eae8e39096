import type { FactValues } from "./facts.ts";
import type { Chain } from "./scalars.ts";

/** Summed on-chain features of a token, kept in the database for their time. */
export type OnchainFeatures = {
  chain: Chain;
  tokenCa: string;
  /** What the values sum over, e.g. "24h". */
  window: string;
  asOf: string;
  values: FactValues;
  confidence: number | null;
};
