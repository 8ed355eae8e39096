import { networkOf } from "../kit/network.ts";
import type { Clock } from "../kit/time.ts";

/** Of one address in a minute. */
const PER_ADDRESS = 20;
const MAX_ADDRESSES = 10_000;
const WINDOW_MS = 60_000;

/** Counts keys that were not known, so that guessing them costs the database nothing. */
export type FailedKeys = {
  /** Seconds until the address may show a key again; null: now. */
  waitOf(address: string): number | null;
  failed(address: string): void;
};

/** Counts in the memory of an isolate: a floor that needs no other service. */
export function failedKeys(now: Clock): FailedKeys {
  let counts = new Map<string, number>();
  let until = 0;
  const renew = () => {
    if (now() < until && counts.size < MAX_ADDRESSES) return;
    counts = new Map();
    until = now() + WINDOW_MS;
  };
  return {
    waitOf(address) {
      renew();
      const spent = (counts.get(networkOf(address)) ?? 0) >= PER_ADDRESS;
      return spent ? Math.max(1, Math.ceil((until - now()) / 1000)) : null;
    },
    failed(address) {
      renew();
      const network = networkOf(address);
      counts.set(network, (counts.get(network) ?? 0) + 1);
    },
  };
}
