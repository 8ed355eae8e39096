import type { SendResult } from "../channels/channel.ts";
import { iso } from "../kit/time.ts";
import type { Delivery } from "../model/delivery.ts";
import { type DeliveryClaim, StoreUnavailable } from "../store/store.ts";
import { deadLetterOf } from "./dead-letter-advice.ts";
import { keyOf, membersOf } from "./digest.ts";
import { checkEligibility, type DeliveryHold, type EligibleDelivery } from "./eligibility.ts";
import { attemptOf, finishAttempt } from "./finish.ts";
import { PATIENCE_MS } from "./gcra.ts";
import { claimDelivery, releaseDelivery } from "./lease.ts";
import type { DeliverOutcome, DeliverPorts } from "./ports.ts";

/** What the record of a send may take on top of the send itself. */
const RECORD_MS = 15_000;

/**
 * Attempts one delivery: claim under a lease, ask whether the channel may be written to, wait for
 * its pace, renew, send, close. Called at least once per delivery and by several callers at a time:
 * the lease lets one through. Never throws for a fault of the database or the channel.
 */
export async function deliver(id: number, ports: DeliverPorts): Promise<DeliverOutcome> {
  try {
    const answer = await claimDelivery(id, ports);
    return answer.kind === "claimed"
      ? await attempt(answer.delivery, ports)
      : await unclaimed(id, answer, ports);
  } catch (error) {
    if (error instanceof StoreUnavailable) return { kind: "unavailable" };
    throw error;
  }
}

async function unclaimed(
  id: number,
  claim: Exclude<DeliveryClaim, { kind: "claimed" }>,
  ports: DeliverPorts,
): Promise<DeliverOutcome> {
  switch (claim.kind) {
    case "closed":
      await ports.journal.delete(id);
      return { kind: "closed" };
    case "notDue":
      return { kind: "later", at: Date.parse(claim.at), reason: "not due" };
    case "taken":
      return { kind: "later", at: Date.parse(claim.until), reason: "leased" };
    case "behind":
      return { kind: "later", at: Date.parse(claim.until), reason: "behind an older one" };
  }
}

async function attempt(delivery: Delivery, ports: DeliverPorts): Promise<DeliverOutcome> {
  const recorded = await ports.journal.get(delivery.id);
  if (recorded) return closeJournaled(delivery, recorded.externalId, ports);
  const gate = await checkEligibility(delivery, ports);
  if (gate.kind !== "ready") return obey(delivery, gate, ports);
  const wait = await ports.pace(delivery.id, gate.channel.limits);
  if (wait > PATIENCE_MS) return releaseDelivery([delivery], ports.now() + wait, "paced", ports);
  const gathered = await membersOf(delivery, gate, ports);
  if (gathered.kind === "later") return gathered;
  const { members } = gathered;
  const message = { ...ports, prior: await priorOf(members, gate, ports), idemKey: keyOf(members) };
  if (wait > 0) await ports.sleep(wait);
  const { held, sent } = await ports.turn(async () => {
    const held = await renewed(members, gate, ports);
    return {
      held,
      sent: sendable(delivery, members, held) ? await send(held, gate, message) : null,
    };
  });
  if (sent !== null) return finishAttempt(held, gate, sent, ports);
  await releaseDelivery(held, ports.now(), "digest", ports);
  return { kind: "lost-lease" };
}

async function closeJournaled(
  delivery: Delivery,
  externalId: string | null,
  ports: DeliverPorts,
): Promise<DeliverOutcome> {
  const closed = await ports.store.close(
    delivery.id,
    delivery.leaseToken,
    { kind: "done", externalId },
    null,
    iso(ports.now()),
  );
  if (!closed) return { kind: "lost-lease" };
  await ports.journal.delete(delivery.id);
  return {
    kind: "done",
    channel: `${delivery.channelId}`,
    result: "journal",
    ambiguous: false,
    rows: 1,
    waitedMs: 0,
  };
}

/** What the gate says instead of "send". */
function obey(
  delivery: Delivery,
  gate: Exclude<DeliveryHold, EligibleDelivery>,
  ports: DeliverPorts,
): Promise<DeliverOutcome> {
  if (gate.kind === "wait") return releaseDelivery([delivery], gate.until, gate.reason, ports);
  const now = iso(ports.now());
  const { id, leaseToken } = delivery;
  if (gate.kind === "skip") {
    const skipped = attemptOf(
      delivery,
      { result: gate.reason, httpStatus: null, ms: 0, error: null, ambiguous: false },
      now,
    );
    return fenced(
      ports.store.close(id, leaseToken, { kind: "done", externalId: null }, skipped, now),
      {
        kind: "done",
        channel: gate.channelKind,
        result: gate.reason,
        ambiguous: false,
        rows: 1,
        waitedMs: 0,
      },
    );
  }
  const deadLetter = deadLetterOf(delivery, gate.reason, gate.error, delivery.retryCount);
  return fenced(ports.store.close(id, leaseToken, { kind: "dlq", deadLetter }, null, now), {
    kind: "dlq",
    channel: gate.channelKind,
    reason: gate.reason,
  });
}

const fenced = async (
  closed: Promise<boolean>,
  outcome: DeliverOutcome,
): Promise<DeliverOutcome> => ((await closed) ? outcome : { kind: "lost-lease" });

/** Looked up before the row is marked as being sent: if that fails, nothing was sent. */
async function priorOf(
  members: readonly Delivery[],
  { adapter }: EligibleDelivery,
  { store }: DeliverPorts,
): Promise<string | null> {
  const [first] = members;
  const looksBack =
    adapter.threads && members.length === 1 && first !== undefined && first.payload.transition > 1;
  return looksBack ? store.lastMessage(first.channelId, first.eventKey) : null;
}

/**
 * Marks each with the key of its message, also a single one: if its channel collects by the time it
 * is repeated, it still goes alone.
 */
async function renewed(
  members: readonly Delivery[],
  { adapter }: EligibleDelivery,
  ports: DeliverPorts,
): Promise<Delivery[]> {
  const [now, leaseMs, key] = [iso(ports.now()), adapter.sendMs + RECORD_MS, keyOf(members)];
  const kept = await Promise.all(
    members.map(({ id, leaseToken }) => ports.store.renew(id, leaseToken, now, leaseMs, key)),
  );
  return members.filter((_, i) => kept[i]);
}

/** A message that goes again must be whole. */
const sendable = (
  delivery: Delivery,
  members: readonly Delivery[],
  held: readonly Delivery[],
): boolean => held.includes(delivery) && (!delivery.digestKey || held.length === members.length);

type Message = DeliverPorts & { prior: string | null; idemKey: string };

async function send(
  rows: readonly Delivery[],
  { channel }: EligibleDelivery,
  message: Message,
): Promise<SendResult> {
  const { fetch, now, env, telemetry, log, prior, idemKey } = message;
  try {
    const sendPorts = { fetch, now, env, log, prior, idemKey, ...(telemetry && { telemetry }) };
    return await channel.send(
      rows.map(({ payload }) => payload),
      sendPorts,
    );
  } catch (error) {
    return fault(error);
  }
}

/**
 * A channel must not throw; one that does would do so at every attempt, for ever. Nobody knows how
 * far it came.
 */
const fault = (error: unknown): SendResult => ({
  verdict: { kind: "reject", reason: `the channel failed on it: ${String(error)}` },
  externalId: null,
  ambiguous: true,
  httpStatus: null,
  ms: 0,
});
