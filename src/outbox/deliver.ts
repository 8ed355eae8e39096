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
/** What the leader of a digest waits for those who hold its rows to give way, and how much later it is tried when they do not. */
const YIELD_MS = 1_000;

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
  const gathered = await membersOf(delivery, gate, ports);
  if (gathered.kind === "later") return gathered;
  const { members } = gathered;
  if (wait > 0) await ports.sleep(wait);
  const { held, sent } = await ports.turn(async () => {
    const held = await renewed(members, gate, ports);
    return { held, sent: sendable(delivery, members, held) ? await send(held, keyOf(members), gate, ports) : null };
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

type Gathered = { kind: "members"; members: Delivery[] } | (DeliverOutcome & { kind: "later" });

/** The rows that go out in one message: those it went out with before, or this one, and for a digest what else is due for the channel. */
async function membersOf(delivery: Delivery, { config }: Ready, ports: DeliverPorts): Promise<Gathered> {
  if (delivery.digestKey) return sameAgain(delivery, delivery.digestKey, ports);
  if (config.filter.digestMinutes === 0) return { kind: "members", members: [delivery] };
  const due = await ports.store.due(iso(ports.now()), MAX_DIGEST, config.id);
  const others = due.filter(({ id, channelId }) => id !== delivery.id && channelId === config.id);
  const claims = await Promise.all(others.map(({ id }) => claim(id, ports)));
  const claimed = claims.flatMap((claim) => (claim.kind === "claimed" ? [claim.delivery] : []));
  const [bound, free] = [claimed.filter(({ digestKey }) => digestKey), claimed.filter(({ digestKey }) => !digestKey)];
  await release(bound, ports.now(), "digest", ports);
  return { kind: "members", members: [delivery, ...free].sort((a, b) => a.id - b.id) };
}

const claim = (id: number, ports: DeliverPorts): Promise<Claim> =>
  ports.store.claim(id, ports.leaseToken(), iso(ports.now()), CLAIM_MS);

/**
 * All open rows that carry the key, or none. A row that ended meanwhile (muted, given up) is left out and the key stays: if the message arrived,
 * the rest has been told, and a service that refuses the key is right; if not, the key is new to it. Whoever holds the lowest row leads: the others
 * give way at once and the leader waits for them a moment, lest each holds what another needs.
 */
async function sameAgain(delivery: Delivery, digestKey: string, ports: DeliverPorts): Promise<Gathered> {
  const ids = await ports.store.digestRows(delivery.channelId, digestKey);
  const members = [delivery];
  for (const id of ids.filter((id) => id !== delivery.id)) {
    let answer = await claim(id, ports);
    if (answer.kind === "taken" && members.some((member) => member.id === ids[0])) {
      await ports.sleep(YIELD_MS);
      answer = await claim(id, ports);
    }
    if (answer.kind === "claimed") members.push(answer.delivery);
    else return apart(members, answer, ports);
  }
  return { kind: "members", members: members.sort((a, b) => a.id - b.id) };
}

/** Gives back what there is of a digest until the row that is missing can be had. */
async function apart(
  members: readonly Delivery[],
  missing: Exclude<Claim, { kind: "claimed" }>,
  ports: DeliverPorts,
): Promise<Gathered> {
  const now = ports.now();
  const at = missing.kind === "notDue" ? Date.parse(missing.at) : now + YIELD_MS;
  const gaveWay = missing.kind === "taken" && members.length === 1;
  await release(members, gaveWay ? now : at, "digest", ports);
  return { kind: "later", at, reason: "digest" };
}

async function renewed(members: readonly Delivery[], { config, adapter }: Ready, ports: DeliverPorts): Promise<Delivery[]> {
  const now = iso(ports.now());
  const leaseMs = adapter.sendMs + RECORD_MS;
  // Also of one row: else it would go again beside whatever fell due meanwhile.
  const mark = config.filter.digestMinutes > 0 ? keyOf(members) : null;
  const kept = await Promise.all(members.map(({ id, leaseToken }) => ports.store.renew(id, leaseToken, now, leaseMs, mark)));
  return members.filter((_, i) => kept[i]);
}

/** A message that goes again must be whole. */
const sendable = (delivery: Delivery, members: readonly Delivery[], held: readonly Delivery[]): boolean =>
  held.includes(delivery) && (!delivery.digestKey || held.length === members.length);

/** Of a digest the key it was sent with before, or else one made of its members. */
const keyOf = (members: readonly Delivery[]): string => {
  const [first] = members;
  if (first?.digestKey) return first.digestKey;
  const keys = members.map(({ idemKey }) => idemKey);
  return keys.length === 1 ? (keys[0] ?? "") : sha256Hex(JSON.stringify(keys.sort()));
};

async function send(rows: readonly Delivery[], idemKey: string, { adapter, channel }: Ready, ports: DeliverPorts): Promise<Sent> {
  const [first] = rows;
  const looksBack = adapter.threads && rows.length === 1 && first !== undefined && first.payload.transition > 1;
  const prior = looksBack ? await ports.store.lastMessage(first.channelId, first.eventKey) : null;
  const { fetch, now, env, telemetry, log } = ports;
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

/** A channel must not throw; one that does would do so at every attempt, for ever. Nobody knows how far it came. */
const fault = (error: unknown): Sent => ({
  verdict: { kind: "reject", reason: `the channel failed on it: ${String(error)}` },
  externalId: null,
  ambiguous: true,
  httpStatus: null,
  ms: 0,
});
