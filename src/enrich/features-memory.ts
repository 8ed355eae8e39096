import type { Clock } from "../kit/time.ts";
import type { OnchainFeatures } from "../model/onchain-features.ts";
import type { FeatureStore } from "../store/features.ts";

/** So long the answer of the table counts. Rows of other isolates are in the shared cache first. */
const KEEP_MS = 60_000;
const MOST = 1_000;

/**
 * The table of on-chain features, asked for one token once a minute: an event asks every few
 * seconds while its provider has no answer yet.
 */
export function rememberedFeatures(store: FeatureStore, now: Clock): FeatureStore {
  const answers = new Map<string, { found: OnchainFeatures | undefined; until: number }>();
  const keyOf = (...parts: string[]) => parts.join(" ");
  return {
    async putFeatures(features) {
      await store.putFeatures(features);
      answers.delete(keyOf(features.chain, features.tokenCa, features.window));
    },
    async features(chain, tokenCa, window) {
      const key = keyOf(chain, tokenCa, window);
      const known = answers.get(key);
      if (known !== undefined && now() < known.until) return known.found;
      const found = await store.features(chain, tokenCa, window);
      answers.delete(key);
      answers.set(key, { found, until: now() + KEEP_MS });
      const oldest = answers.keys().next();
      if (answers.size > MOST && !oldest.done) answers.delete(oldest.value);
      return found;
    },
  };
}
