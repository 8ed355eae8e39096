import type { AnyChannel, OpenChannel } from "../channels/channel.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";
import { lifeEnd } from "./backoff.ts";
import type { DeadLetterReason } from "./dead-letter-advice.ts";
import type { DeliverPorts } from "./ports.ts";
import { dueSince, quietUntil } from "./quiet-hours.ts";

export type EligibleDelivery = {
  kind: "ready";
  config: ChannelConfig;
  adapter: AnyChannel;
  channel: OpenChannel;
};
export type DeliveryHold =
  | EligibleDelivery
  | { kind: "wait"; until: number; reason: string }
  /** Nothing is to be sent any more, by the user's wish. */
  | { kind: "skip"; reason: string; channelKind: string }
  | { kind: "dlq"; reason: DeadLetterReason; error: string; channelKind: string };

/**
 * A paused channel is looked at again this often; switching it on makes its deliveries due at once.
 */
const PAUSED_MS = 15 * 60_000;

const dead = (reason: DeadLetterReason, error: string, channelKind: string): DeliveryHold => ({
  kind: "dlq",
  reason,
  error,
  channelKind,
});

/**
 * Whether the delivery's channel may be written to now, by its configuration as it is now, not as
 * it was at commit. What would stop the delivery is read again first: a person who has just fixed
 * the channel is not told to wait, nor loses what he has just replayed.
 */
export async function checkEligibility(
  delivery: Delivery,
  ports: DeliverPorts,
): Promise<DeliveryHold> {
  const claimed = ports.now();
  const ruling = await ruled(delivery, await ports.channels(), ports);
  return ruling.kind === "ready" ? ruling : ruled(delivery, await ports.channels(claimed), ports);
}

async function ruled(
  delivery: Delivery,
  channels: readonly ChannelConfig[],
  ports: DeliverPorts,
): Promise<DeliveryHold> {
  const config = channels.find(({ id }) => id === delivery.channelId);
  if (!config) return dead("channel_removed", "the channel does not exist", "unknown");
  const adapter = ports.kind(config.kind);
  if (!adapter)
    return dead("settings", `there is no channel of the kind ${config.kind}`, config.kind);
  if (config.status === "disabled")
    return dead("channel_disabled", config.statusReason ?? "switched off", config.kind);
  if (config.status === "paused") return paused(delivery, config, adapter, ports);
  if (config.filter.mutedEvents.includes(delivery.eventKey))
    return { kind: "skip", reason: "muted", channelKind: config.kind };
  if (delivery.interrupted && config.atMostOnce)
    return dead("ambiguous", "a worker died while it was sending", config.kind);
  const awake = config.filter.quietHours && quietUntil(config.filter.quietHours, ports.now());
  if (awake) return { kind: "wait", until: awake, reason: "quiet hours" };
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

/** Waits for a person to suggestion the channel, but not beyond what the message is worth. */
function paused(
  delivery: Delivery,
  config: ChannelConfig,
  adapter: AnyChannel,
  ports: DeliverPorts,
): DeliveryHold {
  const now = ports.now();
  const end = lifeEnd(adapter.policy, dueSince(delivery, config));
  if (now >= end)
    return dead("expired", config.statusReason ?? "the channel was paused", config.kind);
  return { kind: "wait", until: Math.min(now + PAUSED_MS, end), reason: "paused" };
}
