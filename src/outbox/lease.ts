import { iso } from "../kit/time.ts";
import type { Delivery } from "../model/delivery.ts";
import type { DeliveryClaim, DeliveryClosing } from "../store/deliveries.ts";
import type { DeliverOutcome, DeliverPorts } from "./ports.ts";

/** Long enough to read the channel and for a short wait for its rate limits. */
const CLAIM_MS = 30_000;

/** Claims a row under a new token, which tells our lease from that of a later holder. */
export const claimDelivery = (id: number, ports: DeliverPorts): Promise<DeliveryClaim> =>
  ports.store.claim(id, ports.leaseToken(), iso(ports.now()), CLAIM_MS);

/** The same for a row that is sent by itself under this lease. */
export const claimForSend = (
  id: number,
  leaseMs: number,
  ports: DeliverPorts,
): Promise<DeliveryClaim> =>
  ports.store.claim(id, ports.leaseToken(), iso(ports.now()), leaseMs, true);

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
