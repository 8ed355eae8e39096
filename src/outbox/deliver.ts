import type { Sent } from "../channels/channel.ts";
import { sha256Hex } from "../kit/hash.ts";
import { iso } from "../kit/time.ts";
import type { Delivery } from "../model/delivery.ts";
import { type Claim, type Closing, StoreUnavailable } from "../store/store.ts";
import { attemptOf, finish } from "./finish.ts";
import { type Hold, hold, type Ready } from "./gate.ts";
import { letterOf } from "./letter.ts";
import { PATIENCE_MS } from "./pace.ts";
import type { DeliverOutcome, DeliverPorts } from "./ports.ts";

/** Long enough for reading the channel and a short wait for its pace. */
const CLAIM_MS = 30_000;
/** What the record of a send may take on top of the send itself. */
const RECORD_MS = 15_000;
const MAX_DIGEST = 50;

/**
 * Attempts one delivery: claim under a lease, ask whether the channel may be written to, wait for its pace, renew, send, close. Called at least
 * once per delivery and by several callers at a time: the lease lets one through. Never throws for a fault of the database or the channel.
 */
export async function deliver(id: number, ports: DeliverPorts): Promise<DeliverOutcome> {
  try {
    const claim = await ports.store.claim(id, ports.leaseToken(), iso(ports.now()), CLAIM_MS);
    if (claim.kind !== "claimed") return unclaimed(id, claim, ports);
    return await attempt(claim.delivery, ports);
  } catch (error) {
    if (error instanceof StoreUnavailable) return { kind: "unavailable" };
    throw error;
  }
}

async function unclaimed(id: number, claim: Exclude<Claim, { kind: "claimed" }>, ports: DeliverPorts): Promise<DeliverOutcome> {
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
  const gate = await hold(delivery, ports);
  if (gate.kind !== "ready") return obey(delivery, gate, ports);
  const wait = await ports.pace(delivery.id, gate.channel.limits);
  if (wait > PATIENCE_MS) return release([delivery], ports.now() + wait, "paced", ports);
  const members = await digestMembers(delivery, gate, ports);
  if (wait > 0) await ports.sleep(wait);
  const { held, sent } = await ports.turn(async () => {
    const held = await renewed(members, gate, ports);
    return { held, sent: held.includes(delivery) ? await send(held, gate, ports) : null };
  });
  if (sent !== null) return finish(held, gate, sent, ports);
  await release(held, ports.now(), "digest", ports);
  return { kind: "lost-lease" };
}

async function closeJournaled(delivery: Delivery, externalId: string | null, ports: DeliverPorts): Promise<DeliverOutcome> {
  const closed = await ports.store.close(delivery.id, delivery.leaseToken, { kind: "done", externalId }, null, iso(ports.now()));
  if (!closed) return { kind: "lost-lease" };
  await ports.journal.delete(delivery.id);
  return { kind: "done", channel: `${delivery.channelId}`, result: "journal", ambiguous: false, rows: 1, waitedMs: 0 };
}

/** What the gate says instead of "send". */
function obey(delivery: Delivery, gate: Exclude<Hold, Ready>, ports: DeliverPorts): Promise<DeliverOutcome> {
  if (gate.kind === "wait") return release([delivery], gate.until, gate.reason, ports);
  const now = iso(ports.now());
  const { id, leaseToken } = delivery;
  if (gate.kind === "skip") {
    const skipped = attemptOf(delivery, { result: gate.reason, httpStatus: null, ms: 0, error: null, ambiguous: false }, now);
    return fenced(ports.store.close(id, leaseToken, { kind: "done", externalId: null }, skipped, now), {
      kind: "done",
      channel: gate.channelKind,
      result: gate.reason,
      ambiguous: false,
      rows: 1,
      waitedMs: 0,
    });
  }
  const letter = letterOf(delivery, gate.reason, gate.error, delivery.retryCount);
  return fenced(ports.store.close(id, leaseToken, { kind: "dlq", letter }, null, now), {
    kind: "dlq",
    channel: gate.channelKind,
    reason: gate.reason,
  });
}

const fenced = async (closed: Promise<boolean>, outcome: DeliverOutcome): Promise<DeliverOutcome> =>
  (await closed) ? outcome : { kind: "lost-lease" };

async function release(rows: readonly Delivery[], at: number, reason: string, ports: DeliverPorts): Promise<DeliverOutcome> {
  const closing: Closing = { kind: "released", nextRetryAt: iso(at) };
  await Promise.all(rows.map(({ id, leaseToken }) => ports.store.close(id, leaseToken, closing, null, iso(ports.now()))));
  return { kind: "later", at, reason };
}

/** The rows that go out in one message: this one, and for a digest what else is due for the channel. */
async function digestMembers(delivery: Delivery, { config }: Ready, ports: DeliverPorts): Promise<Delivery[]> {
  if (config.filter.digestMinutes === 0) return [delivery];
  const now = iso(ports.now());
  const due = await ports.store.due(now, MAX_DIGEST, config.id);
  const others = due.filter(({ id, channelId }) => id !== delivery.id && channelId === config.id);
  const claims = await Promise.all(others.map(({ id }) => ports.store.claim(id, ports.leaseToken(), now, CLAIM_MS)));
  const claimed = claims.flatMap((claim) => (claim.kind === "claimed" ? [claim.delivery] : []));
  return [delivery, ...claimed].sort((a, b) => a.id - b.id);
}

async function renewed(members: readonly Delivery[], { adapter }: Ready, ports: DeliverPorts): Promise<Delivery[]> {
  const now = iso(ports.now());
  const leaseMs = adapter.sendMs + RECORD_MS;
  const kept = await Promise.all(members.map(({ id, leaseToken }) => ports.store.renew(id, leaseToken, now, leaseMs)));
  return members.filter((_, i) => kept[i]);
}

/** A digest is known by its members: the same rows sent again carry the same key. */
const idemKeyOf = (rows: readonly Delivery[]): string => {
  const keys = rows.map(({ idemKey }) => idemKey);
  return keys.length === 1 ? (keys[0] ?? "") : sha256Hex(JSON.stringify(keys.sort()));
};

async function send(rows: readonly Delivery[], { adapter, channel }: Ready, ports: DeliverPorts): Promise<Sent> {
  const [first] = rows;
  const looksBack = adapter.threads && rows.length === 1 && first !== undefined && first.payload.transition > 1;
  const prior = looksBack ? await ports.store.lastMessage(first.channelId, first.eventKey) : null;
  const { fetch, now, env, telemetry, log } = ports;
  try {
    const sendPorts = { fetch, now, env, log, prior, idemKey: idemKeyOf(rows), ...(telemetry && { telemetry }) };
    return await channel.send(
      rows.map(({ payload }) => payload),
      sendPorts,
    );
  } catch (error) {
    return fault(error);
  }
}

/** A channel must not throw; one that does would do so at every attempt, for ever. Nobody knows how far it came. */
const fault = (error: unknown): Sent => ({
  verdict: { kind: "reject", reason: `the channel failed on it: ${String(error)}` },
  externalId: null,
  ambiguous: true,
  httpStatus: null,
  ms: 0,
});
