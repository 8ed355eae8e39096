import type { SendResult } from "../channels/channel.ts";
import { iso } from "../kit/time.ts";
import type { Delivery, SentMessage } from "../model/delivery.ts";
import { DEFAULT_TENANT } from "../model/tenant.ts";
import type { DeliveryAttempt, DeliveryClosing } from "../store/deliveries.ts";
import { nextAttempt } from "./backoff.ts";
import { type ChannelSwitch, isRefusal, switchAfter } from "./channel-failures.ts";
import { sendNotice } from "./channel-notice.ts";
import { type DeadLetterReason, deadLetterOf } from "./dead-letter-advice.ts";
import { keyOf } from "./digest.ts";
import type { EligibleDelivery } from "./eligibility.ts";
import { messageTrace } from "./message-trace.ts";
import { repeatOf } from "./plan-routes.ts";
import type { DeliverOutcome, DeliverPorts } from "./ports.ts";
import { dueSince } from "./quiet-hours.ts";

type Result = Pick<DeliveryAttempt, "result" | "httpStatus" | "ms" | "error" | "ambiguous">;

export const attemptOf = (
  { id, leaseToken }: Delivery,
  result: Result,
  at: string,
): DeliveryAttempt => ({
  deliveryId: id,
  leaseToken,
  at,
  ...result,
});

/** Why a send failed, with the target's own words. */
const failureOf = ({ verdict, words }: SendResult): string =>
  words ? `${verdict.reason}: ${words}` : verdict.reason;

const delivered = ({ verdict }: SendResult): boolean =>
  ["ok", "empty", "partial"].includes(verdict.kind);

/** What the rows became. A digest is marked, so that no later message rewrites it. */
const messageOf = (rows: readonly Delivery[], { externalId, chat }: SendResult): SentMessage => ({
  externalId,
  chat: externalId === null ? null : (chat ?? null),
  shared: rows.some(({ idemKey }) => idemKey !== keyOf(rows)),
});

/** How one row ends after the send, or when it is tried again. */
function closingOf(
  delivery: Delivery,
  eligible: EligibleDelivery,
  sent: SendResult,
  message: SentMessage,
  ports: DeliverPorts,
): DeliveryClosing {
  const { verdict, ambiguous } = sent;
  const dlq = (reason: DeadLetterReason): DeliveryClosing => ({
    kind: "dlq",
    deadLetter: deadLetterOf(delivery, reason, failureOf(sent), delivery.retryCount + 1),
  });
  if (delivered(sent)) return { kind: "done", ...message };
  if (verdict.kind === "gone") return dlq("gone");
  if (verdict.kind === "reject") return dlq("rejected");
  if (ambiguous && eligible.config.atMostOnce) return dlq("ambiguous");
  // An earlier send under the same key may have arrived, although this one failed.
  const unsure = ambiguous || (delivery.digestKey ?? null) !== null;
  const { policy } = eligible.adapter;
  const next = nextAttempt(
    policy,
    verdict,
    delivery.retryCount,
    dueSince(delivery, eligible.config),
    ports.now(),
    ports.random,
  );
  return next.kind === "give-up"
    ? dlq(next.reason)
    : { kind: "failed", nextRetryAt: iso(next.at), unsure };
}

/**
 * When the settings were changed while the send was under way, a refusal says nothing about the
 * present ones: the delivery is tried again with those. Throws when they cannot be read, because
 * the refusal could not be recorded either.
 */
async function againstCurrentSettings(
  sent: SendResult,
  { config }: EligibleDelivery,
  ports: DeliverPorts,
): Promise<SendResult> {
  if (sent.verdict.kind !== "gone" && sent.verdict.kind !== "auth") return sent;
  const current = (await ports.channels(ports.now())).find(({ id }) => id === config.id);
  if (!current || JSON.stringify(current.settings) === JSON.stringify(config.settings)) return sent;
  return {
    ...sent,
    verdict: {
      kind: "retry",
      reason: `${sent.verdict.reason}, by settings that were changed since`,
    },
  };
}

/** What the send says about the channel as a whole; null when it stays as it is. */
async function switchFor(
  { config, adapter }: EligibleDelivery,
  sent: SendResult,
  { store, now }: DeliverPorts,
): Promise<ChannelSwitch | null> {
  const { kind, reason } = sent.verdict;
  if (kind === "gone") return { status: "disabled", reason };
  // A refused message says nothing about the channel.
  if (kind === "reject") return null;
  if (delivered(sent)) {
    if (config.failingSince !== null) await store.clearFailures(config.id);
    return null;
  }
  const refused = isRefusal(sent, adapter.policy);
  const failures = await store.recordFailure(config.id, iso(now()), refused);
  return failures && switchAfter(failures, adapter.policy, reason, now());
}

/** Stores what the send showed about the channel itself, for the next delivery. */
async function updateChannelFrom(
  eligible: EligibleDelivery,
  sent: SendResult,
  ports: DeliverPorts,
): Promise<void> {
  const { config } = eligible;
  const { moved } = sent;
  const { store } = ports;
  const change = await switchFor(eligible, sent, ports);
  const switched =
    change !== null && (await store.setChannelStatus(config.id, change.status, change.reason));
  if (change && switched) await sendNotice({ channel: config, ...change }, ports);
  if (moved) await store.updateChannel(config.id, { settings: { ...config.settings, ...moved } });
}

/**
 * The rows that notify again, where routes repeat; answers when the first is due. Before the close:
 * a row that is closed with its repeat unwritten would be the last of its line.
 */
export async function planRepeats(
  rows: readonly Delivery[],
  { store, now, routes, channels }: DeliverPorts,
): Promise<number | null> {
  if (!rows.some(({ payload }) => payload.routing?.repeatMs)) return null;
  const known = await channels().catch(() => []);
  const own = known.find(({ id }) => id === rows[0]?.channelId);
  const tenant = own?.tenant ?? DEFAULT_TENANT;
  const times = (await routes(tenant).catch(() => null))?.muteTimes ?? {};
  const drafts = rows.flatMap((row) => repeatOf(row, times, now()) ?? []);
  await store.addDeliveries(drafts, iso(now()));
  return Math.min(...drafts.map(({ notBefore }) => Date.parse(notBefore ?? "")));
}

/**
 * Records a send in the journal and then in the database, so that neither a crash nor an outage in
 * between sends a message twice.
 */
export async function finishAttempt(
  rows: readonly Delivery[],
  eligible: EligibleDelivery,
  answer: SendResult,
  ports: DeliverPorts,
): Promise<DeliverOutcome> {
  const { store, journal } = ports;
  const sent = await againstCurrentSettings(answer, eligible, ports);
  const { verdict, ambiguous, httpStatus, ms, restMs } = sent;
  if (restMs !== undefined) ports.rest?.(eligible.channel.limits, restMs);
  const message = messageOf(rows, sent);
  if (delivered(sent)) await Promise.all(rows.map(({ id }) => journal.put(id, message)));
  const repeatAt = delivered(sent) ? await planRepeats(rows, ports) : null;
  const now = iso(ports.now());
  const result = {
    result: verdict.kind,
    httpStatus,
    ms,
    error: delivered(sent) ? null : failureOf(sent),
    ambiguous,
  };
  // All rows of a digest get the same jitter, so that they stay together.
  const draw = ports.random();
  const closings = rows.map((row) => ({
    row,
    closing: closingOf(row, eligible, sent, message, { ...ports, random: () => draw }),
  }));
  const closed = await Promise.all(
    closings.map(({ row, closing }) =>
      store.close(row.id, row.leaseToken, closing, attemptOf(row, result, now), now),
    ),
  );
  for (const [i, row] of rows.entries()) {
    if (!closed[i]) continue;
    ports.onAttempt?.(row, {
      kind: eligible.adapter.kind,
      channel: eligible.config.name,
      tenant: eligible.config.tenant,
      result: verdict.kind,
      ms,
      at: now,
    });
  }
  await updateChannelFrom(eligible, sent, ports);
  if (delivered(sent)) await Promise.all(rows.map(({ id }) => journal.delete(id)));
  const [first] = closings;
  if (!first || !closed.some(Boolean)) return { kind: "lost-lease" };
  const { traceId } = messageTrace(rows, keyOf(rows));
  const reported = { channel: eligible.adapter.kind, result: verdict.kind, ambiguous, traceId };
  const { row, closing } = first;
  return outcomeOf(closing, reported, {
    rows: rows.length,
    // Less than none for what a change of its mute times let go earlier.
    waitedMs: Math.max(0, ports.now() - dueSince(row, eligible.config)),
    ...(repeatAt !== null && { repeatAt }),
    ...(row.acceptedAt && { endToEndMs: ports.now() - Date.parse(row.acceptedAt) }),
  });
}

function outcomeOf(
  closing: DeliveryClosing,
  reported: { channel: string; result: string; ambiguous: boolean; traceId: string },
  done: { rows: number; waitedMs: number; endToEndMs?: number; repeatAt?: number },
): DeliverOutcome {
  if (closing.kind === "done") return { kind: "done", ...reported, ...done };
  if (closing.kind === "dlq")
    return { kind: "dlq", ...reported, reason: closing.deadLetter.reason };
  return { kind: "later", ...reported, at: Date.parse(closing.nextRetryAt), reason: closing.kind };
}
