import { iso } from "../kit/time.ts";
import type { Delivery, NotificationRouting } from "../model/delivery.ts";
import { mutedUntil } from "../routing/mute-times.ts";
import { type InhibitRule, isSource, type Routes } from "../routing/routes.ts";
import { signalValues } from "../routing/signal-values.ts";
import type { EventFilter } from "../store/events.ts";
import type { DeliverPorts } from "./ports.ts";

/** What the routes say about a row when its turn comes; null when it may go. */
export type RouteHold =
  | { kind: "wait"; until: number; reason: string }
  | { kind: "skip"; reason: "ended" | "inhibited"; detail: string };

type AskedDelivery = Pick<
  Delivery,
  "payload" | "eventKey" | "digestKey" | "channelId" | "createdAt"
>;
export type HoldStore = Pick<
  DeliverPorts["store"],
  "event" | "signals" | "eventsByKey" | "lastOfGroup"
>;
type HoldPorts = Pick<DeliverPorts, "now"> & {
  store: HoldStore;
  /** Those of the row's tenant. */
  routes(): Promise<Routes | null>;
};

/** When a row is tried again whose routes cannot be read. */
const UNREAD_MS = 30_000;
/** How many signals that might silence another are looked at, the latest first. */
const MOST_SOURCES = 100;

/**
 * Asked anew at each turn: mute times as they are now, whether a repeat is still true, and whether
 * another signal silences it. What may have been sent before is only held back, never dropped.
 * While the routes cannot be read the row waits: it might go out in a mute time. `joins`: it would
 * go into a message of its group that is about to be sent.
 */
export async function routeHold(
  delivery: AskedDelivery,
  ports: HoldPorts,
  joins = false,
): Promise<RouteHold | null> {
  const { routing } = delivery.payload;
  if (routing === undefined) return null;
  const begun = (delivery.digestKey ?? null) !== null;
  if (!begun && (await hasEnded(delivery, ports)))
    return { kind: "skip", reason: "ended", detail: "nothing new came, or its state changed" };
  const routes = await ports.routes().catch(() => undefined);
  if (routes === undefined)
    return { kind: "wait", until: ports.now() + UNREAD_MS, reason: "the routes cannot be read" };
  if (routes === null) return null;
  const muted = mutedUntil(routing.muteTimes, routes.muteTimes, ports.now());
  if (muted) return { kind: "wait", until: muted.until, reason: `mute time ${muted.name}` };
  if (begun) return null;
  const next = joins ? null : await nextOfGroup(delivery, ports);
  if (next !== null) return { kind: "wait", until: next, reason: "group" };
  return inhibited(delivery, routing, routes, ports);
}

/**
 * When the group of the row may have its next message; null when that is now. A row that its last
 * message had no room for does not wait for it.
 */
async function nextOfGroup(
  { payload: { routing }, channelId, createdAt }: AskedDelivery,
  { store, now }: HoldPorts,
): Promise<number | null> {
  const { group, groupMs } = routing ?? {};
  if (groupMs === undefined || group === undefined || group === null) return null;
  const last = await store.lastOfGroup(channelId, group, iso(now() - groupMs));
  return last === null || createdAt <= last ? null : Date.parse(last) + groupMs;
}

/** A repeat is sent while its event is as it was and posts about it came since the last message. */
async function hasEnded(
  { payload, eventKey }: AskedDelivery,
  { store }: Pick<HoldPorts, "store">,
): Promise<boolean> {
  const { repeat, transition } = payload;
  if (repeat === undefined) return false;
  const found = await store.event(eventKey, 1);
  return (
    found === undefined ||
    found.signal.transition !== transition ||
    Date.parse(found.event.lastTs) <= Date.parse(repeat.since)
  );
}

async function inhibited(
  delivery: AskedDelivery,
  { inhibit }: NotificationRouting,
  routes: Routes,
  ports: Pick<HoldPorts, "store" | "now">,
): Promise<RouteHold | null> {
  for (const rule of routes.inhibit) {
    if (!inhibit.includes(rule.name)) continue;
    const by = await sourceOf(rule, delivery, routes, ports);
    if (by !== null) return { kind: "skip", reason: "inhibited", detail: `${rule.name}: by ${by}` };
  }
  return null;
}

async function sourceOf(
  rule: InhibitRule,
  { payload, eventKey }: AskedDelivery,
  routes: Routes,
  { store, now }: Pick<HoldPorts, "store" | "now">,
): Promise<string | null> {
  const same = (field: (typeof rule.equal)[number], value: string | null) =>
    rule.equal.includes(field) ? value : null;
  const filter: EventFilter = {
    symbol: same("symbol", payload.symbol),
    chain: same("chain", payload.chain),
    type: same("type", payload.type),
    tokenCa: same("token_ca", payload.tokenCa),
    since: iso(now() - rule.ms),
    until: null,
    minScore: null,
    state: null,
  };
  const { items } = await store.signals(filter, { limit: MOST_SOURCES, cursor: null });
  const others = items.filter((signal) => signal.eventKey !== eventKey);
  if (others.length === 0) return null;
  const events = await store.eventsByKey(others.map((signal) => signal.eventKey));
  const source = others.find((signal) => {
    const event = events.find((each) => each.eventKey === signal.eventKey);
    return event !== undefined && isSource(routes, rule, signalValues(signal, event));
  });
  return source?.eventKey ?? null;
}
