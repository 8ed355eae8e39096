import { iso } from "../kit/time.ts";
import type { Delivery } from "../model/delivery.ts";
import type { DeliveryClaim, DeliveryClosing } from "../store/store.ts";
import type { DeliverOutcome, DeliverPorts } from "./ports.ts";

/** Long enough for reading the channel and a short wait for its pace. */
const CLAIM_MS = 30_000;

/** Under a token of its own, so that what is not ours any more is told from what is. */
export const claimDelivery = (id: number, ports: DeliverPorts): Promise<DeliveryClaim> =>
  ports.store.claim(id, ports.leaseToken(), iso(ports.now()), CLAIM_MS);

/** Gives rows back unsent until `at`. */
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
