import { sha256Hex } from "../kit/hash.ts";
import { iso } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";
import { muteFor } from "../model/mutes.ts";
import type { DeliveryClaim } from "../store/deliveries.ts";
import type { EligibleDelivery } from "./eligibility.ts";
import { claimDelivery, releaseDelivery } from "./lease.ts";
import type { DeliverOutcome, DeliverPorts } from "./ports.ts";
import { routeHold } from "./route-hold.ts";

const MAX_DIGEST_ROWS = 50;
/**
 * How long the leader of a digest waits for other holders of its rows to release them, and how much
 * later it is tried again when they do not.
 */
const YIELD_MS = 1_000;

type Gathered = { kind: "members"; members: Delivery[] } | (DeliverOutcome & { kind: "later" });

/**
 * The idempotency key of a message. A message that is sent again keeps its key, a single row uses
 * its own, and a digest uses a hash of its members' keys.
 */
export const keyOf = (members: readonly Delivery[]): string => {
  const [first] = members;
  if (first?.digestKey) return first.digestKey;
  const keys = members.map(({ idemKey }) => idemKey);
  return keys.length === 1 ? (keys[0] ?? "") : sha256Hex(JSON.stringify(keys.sort()));
};

/**
 * The rows of one message: the rows it was sent with before, or this row alone, or for a digest
 * this row and whatever else is due for the channel.
 */
export async function membersOf(
  delivery: Delivery,
  eligible: EligibleDelivery,
  ports: DeliverPorts,
): Promise<Gathered> {
  const alone = delivery.digestKey
    ? delivery.digestKey === delivery.idemKey
    : !eligible.adapter.stream && !isCollected(delivery, eligible);
  if (alone) return { kind: "members", members: [delivery] };
  return delivery.digestKey
    ? claimSameDigest(delivery, delivery.digestKey, ports)
    : claimDue(delivery, eligible, ports);
}

/** By its route, or by its channel. */
const isCollected = ({ payload }: Delivery, { config }: EligibleDelivery): boolean =>
  (payload.routing?.group ?? null) !== null || config.filter.digestMinutes > 0;

const inOrder = (rows: Delivery[]): Delivery[] => rows.sort((a, b) => a.id - b.id);

/** Claims as many due rows as one message shows whole; the others are left for the next one. */
async function claimDue(
  delivery: Delivery,
  { config, adapter, channel }: EligibleDelivery,
  ports: DeliverPorts,
): Promise<Gathered> {
  const most = adapter.stream?.rows ?? MAX_DIGEST_ROWS;
  const { group, groupMs } = delivery.payload.routing ?? {};
  if (groupMs !== undefined && group)
    await ports.store.gatherGroup(config.id, group, iso(ports.now()));
  const due = await ports.store.due(iso(ports.now()), most, config.id, group);
  const claims = await Promise.all(
    due.filter(({ id }) => id !== delivery.id).map(({ id }) => claimDelivery(id, ports)),
  );
  const claimed = claims.flatMap((answer) => (answer.kind === "claimed" ? [answer.delivery] : []));
  const joins = await Promise.all(claimed.map((each) => mayJoin(each, config, ports)));
  const free = claimed.filter((_, n) => joins[n]);
  const bound = claimed.filter((_, n) => !joins[n]);
  const wanted = [delivery, ...inOrder(free)];
  const count = channel.fit(wanted.map(({ payload }) => payload));
  await releaseDelivery([...bound, ...wanted.slice(count)], ports.now(), "digest", ports);
  return { kind: "members", members: inOrder(wanted.slice(0, count)) };
}

/** What is not to be sent now, or in a message of its own, gets its own turn. */
async function mayJoin(
  delivery: Delivery,
  { filter, tenant }: ChannelConfig,
  ports: DeliverPorts,
): Promise<boolean> {
  if (delivery.digestKey || delivery.repeats) return false;
  if (filter.mutedEvents.includes(delivery.eventKey)) return false;
  if (muteFor(filter, delivery.payload, ports.now()) !== null) return false;
  const own = { ...ports, routes: () => ports.routes(tenant) };
  return (await routeHold(delivery, own, true)) === null;
}

/**
 * Claims all open rows with the key, or none. A row that ended meanwhile (muted, given up) is left
 * out, and the key stays: if the message arrived, the other rows were delivered with it, and a
 * service that refuses the key is right; if not, the key is new to the service. The holder of the
 * lowest row leads: the others release their rows at once, and the leader waits for them, so that
 * no two holders wait for each other.
 */
async function claimSameDigest(
  delivery: Delivery,
  digestKey: string,
  ports: DeliverPorts,
): Promise<Gathered> {
  const ids = await ports.store.digestRows(delivery.channelId, digestKey);
  const members = [delivery];
  for (const id of ids.filter((id) => id !== delivery.id)) {
    let answer = await claimDelivery(id, ports);
    if (answer.kind === "taken" && members.some((member) => member.id === ids[0])) {
      await ports.sleep(YIELD_MS);
      answer = await claimDelivery(id, ports);
    }
    if (answer.kind === "claimed") members.push(answer.delivery);
    else return releaseDigest(members, answer, ports);
  }
  return { kind: "members", members: inOrder(members) };
}

/** Releases the claimed rows of a digest until the missing row can be claimed. */
async function releaseDigest(
  members: readonly Delivery[],
  missing: Exclude<DeliveryClaim, { kind: "claimed" }>,
  ports: DeliverPorts,
): Promise<Gathered> {
  const now = ports.now();
  const at = missing.kind === "notDue" ? Date.parse(missing.at) : now + YIELD_MS;
  const gaveWay = missing.kind === "taken" && members.length === 1;
  await releaseDelivery(members, gaveWay ? now : at, "digest", ports);
  return { kind: "later", at, reason: "digest" };
}
