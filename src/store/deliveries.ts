import type { DeadLetter } from "../model/dead-letter.ts";
import type { Delivery, SentMessage } from "../model/delivery.ts";

export type DeliveryClaim =
  | { kind: "claimed"; delivery: Delivery }
  | { kind: "taken"; until: string }
  | { kind: "notDue"; at: string }
  /**
   * An older row of the same channel and subject is still open, and the row is none of a stream.
   * The claim moved this row's next_retry_at to `until` in the same statement: the older row's own
   * next attempt, or now + 2 s when that is due or under way. A claim that brings `until` as its
   * `turn` need not wait so long.
   */
  | { kind: "behind"; until: string; olderId: number }
  | { kind: "closed" };

export type DeliveryAttempt = {
  deliveryId: number;
  leaseToken: string;
  at: string;
  /** Verdict kind of this attempt. */
  result: string;
  httpStatus: number | null;
  ms: number;
  error: string | null;
  /** The send may have happened though its answer was lost. */
  ambiguous: boolean;
};

export type DeliveryClosing =
  | ({ kind: "done" } & SentMessage)
  /** `unsure`: this send or one before it may have arrived, so the row keeps its digestKey. */
  | { kind: "failed"; nextRetryAt: string; unsure?: boolean }
  | { kind: "dlq"; deadLetter: DeadLetter }
  /**
   * Nothing was sent (paused, paced): give the lease back and wait, without counting an attempt.
   */
  | { kind: "released"; nextRetryAt: string };

/**
 * `sends`: the caller sends the row by itself under this lease; the row is marked as being sent,
 * as by `renew`, and interrupted its digestKey is its own. `turn`: the `until` of the caller's last
 * claim, which was "behind": a row that is due then, and only then, is due now.
 */
export type ClaimTerms = { sends?: boolean; turn?: string };

export type DeliveryStore = {
  /**
   * Leases the row when it is due, not closed and not under a live lease. The token is the
   * caller's; every later call must bring it.
   */
  claim(
    id: number,
    leaseToken: string,
    now: string,
    leaseMs: number,
    terms?: ClaimTerms,
  ): Promise<DeliveryClaim>;
  /**
   * Renews a lease just before the send, and marks the row as being sent until its close
   * (Delivery.interrupted), in a digest with its key (Delivery.digestKey). False: another holder
   * has it; do not send.
   */
  renew(
    id: number,
    leaseToken: string,
    now: string,
    leaseMs: number,
    digestKey?: string | null,
  ): Promise<boolean>;
  /**
   * Writes the attempt (a row of `deliveries`, when given) and the row's new status, and the dead
   * letter of one that is given up, fenced by the lease token. False: the lease was lost, nothing
   * written.
   */
  close(
    id: number,
    leaseToken: string,
    closing: DeliveryClosing,
    attempt: DeliveryAttempt | null,
    now: string,
  ): Promise<boolean>;
};
