import { describe, expect, it } from "vitest";
import type { Store } from "../index.ts";
import { at } from "./fixtures.ts";

export function featureContract(store: () => Store): void {
  describe("on-chain features", () => {
    it("answer the newest of a token and window", async () => {
      const token = { chain: "eth", tokenCa: "0xabc", window: "24h" } as const;
      const features = {
        ...token,
        asOf: at(5),
        values: { active_addrs_24h: 1200, note: null },
        confidence: 0.9,
      };
      await store().putFeatures(features);
      await store().putFeatures({ ...features, asOf: at(1), confidence: null });
      await store().putFeatures({ ...features, window: "1h", asOf: at(9) });
      expect(await store().features("eth", "0xabc", "24h")).toEqual(features);
      await store().putFeatures({ ...features, values: { active_addrs_24h: 7 } });
      expect(await store().features("eth", "0xabc", "24h")).toMatchObject({
        values: { active_addrs_24h: 7 },
      });
      expect(await store().features("bsc", "0xabc", "24h")).toBeUndefined();
    });
  });
}
