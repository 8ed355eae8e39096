import type { ReachedQuota } from "../../src/api/problem.ts";
import { shardOf } from "../../src/kit/shard.ts";
import type { LiveListener } from "../../src/observability/live.ts";

/** The object that everything is published at. */
export const STREAM_ROOT = "all";
/** Names the leaf that a request is sent to, "" for the root; the Worker alone sets it. */
export const LEAF_HEADER = "X-Stream-Leaf";

/** Of the one object that everyone listens at, and of a leaf. */
export const PLACES = { root: 2_000, leaf: 1_000 };
/** The part of the places that only listeners with a key may take. */
const KEPT_FOR_KEYS = 0.25;
/** Without a key, from one address (of IPv6: one network). */
const PER_ADDRESS = 20;
const PER_KEY = 200;

/** RFC 6455: try again later. */
export const FELL_BEHIND = 1013;
/** RFC 6455: a policy was violated; here, the key may listen no longer. */
export const ENDED = 1008;

export type Refusal = { status: 429 | 503; detail: string; quota?: ReachedQuota };

/** Why a listener gets no place beside the others; null: it gets one. */
export function admission(
  { keyId, address, tenant }: LiveListener,
  others: readonly LiveListener[],
  places: number,
): Refusal | null {
  const room = keyId === null ? places * (1 - KEPT_FOR_KEYS) : places;
  if (others.length >= room) return { status: 503, detail: "Too many listeners; try again later." };
  const used = others.filter((other) => other.tenant?.name === tenant?.name).length;
  if (tenant !== undefined && used >= tenant.places)
    return {
      status: 429,
      detail: `Your tenant may have ${tenant.places} listeners at a time, and has ${used}.`,
      quota: { name: "listeners", limit: tenant.places, used, resetsAt: null },
    };
  const same = others.filter((other) =>
    keyId === null ? other.keyId === null && other.address === address : other.keyId === keyId,
  );
  const most = keyId === null ? PER_ADDRESS : PER_KEY;
  const counted = keyId !== null || address !== "";
  return counted && same.length >= most
    ? {
        status: 429,
        detail: `At most ${most} listen at a time by one ${keyId === null ? "address" : "key"}.`,
      }
    : null;
}

/**
 * The leaf of a listener, null: the root. All that listen by one key or from one address meet at
 * one leaf, which counts them, and so do all of a tenant with a quota of listeners.
 */
export const leafFor = (
  { keyId, address, tenant }: LiveListener,
  leaves: number,
  random: () => string,
): string | null =>
  leaves === 1 ? null : `leaf:${shardOf(tenant?.name ?? keyId ?? (address || random()), leaves)}`;

/** The codes that an endpoint may send (RFC 6455 7.4, IANA's registry); any other becomes 1000. */
export const sendableCode = (code: number): number =>
  (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999)
    ? code
    : 1000;
