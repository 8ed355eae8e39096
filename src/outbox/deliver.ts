import type { SendPorts, SendResult } from "../channels/channel.ts";
import { iso } from "../kit/time.ts";
import { traceparentOf } from "../kit/trace-context.ts";
import type { Delivery, PriorMessage, SentMessage } from "../model/delivery.ts";
import type { DeliveryClaim } from "../store/deliveries.ts";
import { StoreUnavailable } from "../store/index.ts";
import { deadLetterOf } from "./dead-letter-advice.ts";
import { keyOf, membersOf } from "./digest.ts";
import { checkEligibility, type Eligibility, type EligibleDelivery } from "./eligibility.ts";
import { attemptOf, finishAttempt, planRepeats } from "./finish.ts";
import { PATIENCE_MS } from "./gcra.ts";
import { claimDelivery, releaseDelivery } from "./lease.ts";
import { messageTrace } from "./message-trace.ts";
import type { DeliverOutcome, DeliverPorts } from "./ports.ts";

/** The longest that recording a send may take, on top of the send itself. */
const RECORD_MS = 15_000;
/** How long after its claim a row may be sent under the lease of the claim. */
const SEND_WITHIN_MS = 5_000;

/**
 * `sendMs`: the longest send of a channel that sends each row by itself. The claim then marks the
 * row as being sent, and the lease is renewed only when the send had to wait. `turn`: that of the
 * last outcome, which was behind another delivery.
 */
export type DeliverTerms = { sendMs?: number | null; turn?: string | undefined };

/**
 * Attempts one delivery: claims it under a lease, checks whether it may be sent now, waits for the
 * rate limits, renews the lease, sends and closes. Called at least once per delivery and by several
 * callers at a time: the lease lets one through. Never throws for a fault of the database or the
 * channel.
 */
export async function deliver(
  id: number,
  ports: DeliverPorts,
  { sendMs = null, turn }: DeliverTerms = {},
): Promise<DeliverOutcome> {
  try {
    const sendBy = sendMs === null ? 0 : ports.now() + SEND_WITHIN_MS;
    const leaseMs = sendMs === null ? undefined : SEND_WITHIN_MS + sendMs + RECORD_MS;
    const answer = await claimDelivery(id, ports, { leaseMs, turn });
    return answer.kind === "claimed"
      ? await attempt(answer.delivery, sendBy, ports)
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
      return {
        kind: "later",
        at: Date.parse(claim.until),
        reason: "behind an older one",
        behind: { olderId: claim.olderId, turn: claim.until },
      };
  }
}

/** `sendBy`: until when the lease of the claim is long enough for the send. */
async function attempt(
  delivery: Delivery,
  sendBy: number,
  ports: DeliverPorts,
): Promise<DeliverOutcome> {
  const recorded = await ports.journal.get(delivery.id);
  if (recorded) return closeJournaled(delivery, recorded, ports);
  const eligibility = await checkEligibility(delivery, ports);
  if (eligibility.kind !== "ready") return holdBack(delivery, eligibility, ports);
  const wait = await ports.reserve(delivery.id, eligibility.channel.limits);
  if (wait > PATIENCE_MS) return releaseDelivery([delivery], ports.now() + wait, "paced", ports);
  const gathered = await membersOf(delivery, eligibility, ports);
  if (gathered.kind === "later") return gathered;
  const { members } = gathered;
  const prior = await priorMessage(members, eligibility, ports);
  const idemKey = keyOf(members);
  const trace = traceparentOf(messageTrace(members, idemKey));
  const message = { ...ports, prior, idemKey, trace };
  if (wait > 0) await ports.sleep(wait);
  const { held, sent } = await ports.limitSends(async () => {
    const leased = members.length === 1 && ports.now() <= sendBy;
    const held = leased ? members : await renewLeases(members, eligibility, ports);
    const whole = isSendable(delivery, members, held);
    return { held, sent: whole ? await send(held, eligibility, message) : null };
  });
  if (sent !== null) return finishAttempt(held, eligibility, sent, ports);
  await releaseDelivery(held, ports.now(), "digest", ports);
  return { kind: "lost-lease" };
}

async function closeJournaled(
  delivery: Delivery,
  message: SentMessage,
  ports: DeliverPorts,
): Promise<DeliverOutcome> {
  // The attempt that sent it may have ended before it planned the repeat.
  const repeatAt = await planRepeats([delivery], ports);
  const closed = await ports.store.close(
    delivery.id,
    delivery.leaseToken,
    { kind: "done", ...message },
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
    ...(repeatAt !== null && { repeatAt }),
  };
}

/** Closes or releases a delivery that is not to be sent now. */
function holdBack(
  delivery: Delivery,
  hold: Exclude<Eligibility, EligibleDelivery>,
  ports: DeliverPorts,
): Promise<DeliverOutcome> {
  if (hold.kind === "wait") return releaseDelivery([delivery], hold.until, hold.reason, ports);
  const now = iso(ports.now());
  const { id, leaseToken } = delivery;
  if (hold.kind === "skip") return skip(delivery, hold, ports);
  const deadLetter = deadLetterOf(delivery, hold.reason, hold.error, delivery.retryCount);
  return fenced(ports.store.close(id, leaseToken, { kind: "dlq", deadLetter }, null, now), {
    kind: "dlq",
    channel: hold.channelKind,
    reason: hold.reason,
  });
}

/** Ends a row of which nothing is sent. */
async function skip(
  delivery: Delivery,
  hold: Extract<Eligibility, { kind: "skip" }>,
  ports: DeliverPorts,
): Promise<DeliverOutcome> {
  const now = iso(ports.now());
  const { id, leaseToken } = delivery;
  const repeatAt = hold.forNow ? await planRepeats([delivery], ports) : null;
  const skipped = attemptOf(
    delivery,
    { result: hold.reason, httpStatus: null, ms: 0, error: hold.detail ?? null, ambiguous: false },
    now,
  );
  return fenced(
    ports.store.close(id, leaseToken, { kind: "done", externalId: null }, skipped, now),
    {
      kind: "done",
      channel: hold.channelKind,
      result: hold.reason,
      ambiguous: false,
      rows: 1,
      waitedMs: 0,
      ...(repeatAt !== null && { repeatAt }),
    },
  );
}

const fenced = async (
  closed: Promise<boolean>,
  outcome: DeliverOutcome,
): Promise<DeliverOutcome> => ((await closed) ? outcome : { kind: "lost-lease" });

/** A repeat is a message of its own: an edit of the one before would be silent. */
const isLaterChange = ({ payload }: Delivery): boolean =>
  payload.transition > 1 && payload.repeat === undefined;

/** Read before the row is marked as being sent: if the query fails, nothing was sent. */
async function priorMessage(
  members: readonly Delivery[],
  { adapter }: EligibleDelivery,
  { store }: DeliverPorts,
): Promise<PriorMessage | null> {
  const [first] = members;
  const looksBack =
    adapter.threads && members.length === 1 && first !== undefined && isLaterChange(first);
  return looksBack ? store.lastMessage(first.channelId, first.eventKey) : null;
}

/** Renews each lease and marks the row with the key of its message. */
async function renewLeases(
  members: readonly Delivery[],
  { adapter }: EligibleDelivery,
  ports: DeliverPorts,
): Promise<Delivery[]> {
  const now = iso(ports.now());
  const leaseMs = adapter.sendMs + RECORD_MS;
  const key = keyOf(members);
  const renewed = await Promise.all(
    members.map(({ id, leaseToken }) => ports.store.renew(id, leaseToken, now, leaseMs, key)),
  );
  return members.filter((_, i) => renewed[i]);
}

/** A digest that is sent again must hold the same rows as the first time. */
const isSendable = (
  delivery: Delivery,
  members: readonly Delivery[],
  held: readonly Delivery[],
): boolean => held.includes(delivery) && (!delivery.digestKey || held.length === members.length);

type Message = DeliverPorts & Pick<SendPorts, "prior" | "idemKey" | "trace">;

async function send(
  rows: readonly Delivery[],
  { channel }: EligibleDelivery,
  message: Message,
): Promise<SendResult> {
  const { fetch, now, env, telemetry, log, prior, idemKey, trace } = message;
  try {
    const reported = { ...(telemetry && { telemetry }), ...(trace && { trace }) };
    const sendPorts = { fetch, now, env, log, prior, idemKey, ...reported };
    return await channel.send(
      rows.map(({ payload: { traces: _, ...notification } }) => notification),
      sendPorts,
    );
  } catch (error) {
    return sendFault(error);
  }
}

/**
 * A channel must not throw; one that does would throw at every attempt. The message may have been
 * sent before.
 */
const sendFault = (error: unknown): SendResult => ({
  verdict: { kind: "reject", reason: `the channel failed on it: ${String(error)}` },
  externalId: null,
  ambiguous: true,
  httpStatus: null,
  ms: 0,
});
