import { iso } from "../kit/time.ts";
import type { Delivery } from "../model/delivery.ts";
import type { ClaimTerms, DeliveryClaim, DeliveryClosing } from "../store/deliveries.ts";
import type { DeliverOutcome, DeliverPorts } from "./ports.ts";

/** Long enough to read the channel and for a short wait for its rate limits. */
const CLAIM_MS = 30_000;

/**
 * Claims a row under a new token, which tells our lease from that of a later holder. `leaseMs` is
 * given when the row is sent by itself under this lease.
 */
export const claimDelivery = (
  id: number,
  { store, leaseToken, now }: DeliverPorts,
  { leaseMs, turn }: { leaseMs?: number | undefined; turn?: string | undefined } = {},
): Promise<DeliveryClaim> => {
  const terms: ClaimTerms = { sends: leaseMs !== undefined, ...(turn !== undefined && { turn }) };
  return store.claim(id, leaseToken(), iso(now()), leaseMs ?? CLAIM_MS, terms);
};

/** Releases rows unsent; they are due again at `at`. */
export async function releaseDelivery(
  rows: readonly Delivery[],
  at: number,
  reason: string,
  ports: DeliverPorts,
): Promise<DeliverOutcome & { kind: "later" }> {
  const closing: DeliveryClosing = { kind: "released", nextRetryAt: iso(at) };
  await Promise.all(
    rows.map(({ id, leaseToken }) =>
      ports.store.close(id, leaseToken, closing, null, iso(ports.now())),
    ),
  );
  return { kind: "later", at, reason };
}
