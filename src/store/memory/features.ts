import type { FeatureStore } from "../features.ts";
import type { MemoryRows } from "./rows.ts";

export function featureStore(rows: MemoryRows): FeatureStore {
  return {
    async putFeatures(features) {
      const same = (held: typeof features) =>
        held.chain === features.chain &&
        held.tokenCa === features.tokenCa &&
        held.window === features.window &&
        held.asOf === features.asOf;
      rows.features = [...rows.features.filter((held) => !same(held)), features];
    },
    async features(chain, tokenCa, window) {
      return rows.features
        .filter(
          (held) => held.chain === chain && held.tokenCa === tokenCa && held.window === window,
        )
        .reduce<(typeof rows.features)[number] | undefined>(
          (a, b) => (a === undefined || b.asOf > a.asOf ? b : a),
          undefined,
        );
    },
  };
}
