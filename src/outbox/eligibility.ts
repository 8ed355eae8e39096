import type { AnyChannel, OpenChannel } from "../channels/channel.ts";
import { dailyEnd } from "../kit/daily-interval.ts";
import { nextUtcDay, utcDay } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";
import { muteFor } from "../model/mutes.ts";
import { isDefaultTenant } from "../model/tenant.ts";
import { lifeEnd } from "./backoff.ts";
import type { DeadLetterReason } from "./dead-letter-advice.ts";
import type { DeliverPorts } from "./ports.ts";
import { dueSince } from "./quiet-hours.ts";
import { routeHold } from "./route-hold.ts";

export type EligibleDelivery = {
  kind: "ready";
  config: ChannelConfig;
  adapter: AnyChannel;
  channel: OpenChannel;
};
export type Eligibility =
  | EligibleDelivery
  | { kind: "wait"; until: number; reason: string }
  /** Nothing is sent. `forNow`: a route that repeats may notify of it again later. */
  | { kind: "skip"; reason: string; channelKind: string; detail?: string; forNow?: boolean }
  | { kind: "dlq"; reason: DeadLetterReason; error: string; channelKind: string };

/** How often a paused channel is checked. Switching it on makes its deliveries due at once. */
const PAUSED_MS = 15 * 60_000;

const dead = (reason: DeadLetterReason, error: string, channelKind: string): Eligibility => ({
  kind: "dlq",
  reason,
  error,
  channelKind,
});

/**
 * Whether the delivery may be sent now, by the channel's present configuration, not by the one at
 * commit. Before a delivery is held back the configuration is read again: when a person has just
 * repaired the channel, nothing waits, and no replayed delivery is lost.
 */
export async function checkEligibility(
  delivery: Delivery,
  ports: DeliverPorts,
): Promise<Eligibility> {
  const claimed = ports.now();
  const first = await evaluate(delivery, await ports.channels(), ports);
  const eligibility =
    first.kind === "ready" ? first : await evaluate(delivery, await ports.channels(claimed), ports);
  return eligibility.kind === "ready" ? withinQuota(delivery, eligibility, ports) : eligibility;
}

/**
 * A delivery of a tenant that has sent what it may waits for the next day, whatever its age. One
 * that finds no room then either, and is past the life of its channel's deliveries, is dead.
 */
async function withinQuota(
  delivery: Delivery,
  eligible: EligibleDelivery,
  { store, quotas, now }: Pick<DeliverPorts, "store" | "quotas" | "now">,
): Promise<Eligibility> {
  const { config, adapter } = eligible;
  if (isDefaultTenant(config)) return eligible;
  const { notificationsPerDay } = await quotas(config.tenant);
  if (notificationsPerDay === undefined) return eligible;
  if (await store.takeNotification(delivery.id, utcDay(now()))) return eligible;
  const reason = `quota of ${notificationsPerDay} notifications a day`;
  const isOver = now() >= lifeEnd(adapter.policy, dueSince(delivery, config));
  return isOver
    ? dead("expired", reason, config.kind)
    : { kind: "wait", until: nextUtcDay(now()), reason };
}

async function evaluate(
  delivery: Delivery,
  channels: readonly ChannelConfig[],
  ports: DeliverPorts,
): Promise<Eligibility> {
  const config = channels.find(({ id }) => id === delivery.channelId);
  if (!config) return { kind: "skip", reason: "skipped", channelKind: "unknown" };
  const adapter = ports.kind(config.kind);
  if (!adapter)
    return dead("settings", `there is no channel of the kind ${config.kind}`, config.kind);
  if (config.status === "disabled")
    return dead("channel_disabled", config.statusReason ?? "switched off", config.kind);
  if (config.status === "paused" || config.locked !== undefined)
    return paused(delivery, config, adapter, ports);
  if (config.filter.mutedEvents.includes(delivery.eventKey))
    return { kind: "skip", reason: "muted", channelKind: config.kind };
  const mute = muteFor(config.filter, delivery.payload, ports.now());
  if (mute) {
    const detail = `${mute.token} until ${mute.until}, by ${mute.by}`;
    return { kind: "skip", reason: "muted", channelKind: config.kind, detail, forNow: true };
  }
  if (delivery.repeats) return { kind: "skip", reason: "repeated", channelKind: config.kind };
  if (delivery.interrupted && config.atMostOnce)
    return dead("ambiguous", "a worker died while it was sending", config.kind);
  const awake = config.filter.quietHours && dailyEnd(config.filter.quietHours, ports.now());
  if (awake) return { kind: "wait", until: awake, reason: "quiet hours" };
  const hold = await routeHold(delivery, { ...ports, routes: () => ports.routes(config.tenant) });
  if (hold?.kind === "wait") return hold;
  if (hold) return { ...hold, channelKind: config.kind, forNow: hold.reason === "inhibited" };
  const missing = adapter.missing(ports.env);
  if (missing !== null) {
    await ports.store.setChannelStatus(config.id, "paused", missing);
    return { kind: "wait", until: ports.now() + PAUSED_MS, reason: "paused" };
  }
  const opening = adapter.open(config.settings, ports.env);
  if (opening.kind === "open") return { kind: "ready", config, adapter, channel: opening.channel };
  const error = opening.problems.map(({ path, message }) => `${path} ${message}`).join("; ");
  return dead("settings", error, config.kind);
}

const pauseReason = ({ locked, statusReason }: ChannelConfig): string =>
  locked ?? statusReason ?? "the channel was paused";

/** Waits for a person to repair the channel, but not past the end of the delivery's life. */
function paused(
  delivery: Delivery,
  config: ChannelConfig,
  adapter: AnyChannel,
  ports: DeliverPorts,
): Eligibility {
  const now = ports.now();
  const end = lifeEnd(adapter.policy, dueSince(delivery, config));
  if (now >= end) return dead("expired", pauseReason(config), config.kind);
  return { kind: "wait", until: Math.min(now + PAUSED_MS, end), reason: "paused" };
}
