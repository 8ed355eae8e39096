import type { LiveListener } from "../../src/observability/live.ts";

const MAX_LISTENERS = 2_000;
/** Places that only listeners with a key may take. */
const KEPT_FOR_KEYS = 500;
/** Without a key, from one address (of IPv6: one network). */
const PER_ADDRESS = 20;
const PER_KEY = 200;

/** RFC 6455: try again later. */
export const FELL_BEHIND = 1013;
/** RFC 6455: a policy was violated; here, the key may listen no longer. */
export const ENDED = 1008;

export type Refusal = { status: 429 | 503; detail: string };

/** Why a listener gets no place beside the others; null: it gets one. */
export function admission(
  { keyId, address }: LiveListener,
  others: readonly LiveListener[],
): Refusal | null {
  const room = keyId === null ? MAX_LISTENERS - KEPT_FOR_KEYS : MAX_LISTENERS;
  if (others.length >= room) return { status: 503, detail: "Too many listeners; try again later." };
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

/** The codes that an endpoint may send (RFC 6455 7.4, IANA's registry); any other becomes 1000. */
export const sendableCode = (code: number): number =>
  (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999)
    ? code
    : 1000;
