import type { Clock } from "../kit/time.ts";

/** Of a key that is used all the time, each isolate writes its use this often. */
const EVERY_MS = 300_000;
const MAX_KEYS = 10_000;

export type KeyUses = { isDue(keyId: string): boolean };

/** Which uses of a key are written down: a statement for each would double what a read costs. */
export function keyUses(now: Clock): KeyUses {
  const noted = new Map<string, number>();
  return {
    isDue(keyId) {
      if ((noted.get(keyId) ?? Number.NEGATIVE_INFINITY) > now() - EVERY_MS) return false;
      if (noted.size >= MAX_KEYS) noted.clear();
      noted.set(keyId, now());
      return true;
    },
  };
}
