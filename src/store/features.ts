import type { OnchainFeatures } from "../model/onchain-features.ts";
import type { Chain } from "../model/scalars.ts";

export type FeatureStore = {
  /** One row for each time: a repeat replaces it. */
  putFeatures(features: OnchainFeatures): Promise<void>;
  /** The newest. */
  features(chain: Chain, tokenCa: string, window: string): Promise<OnchainFeatures | undefined>;
};
