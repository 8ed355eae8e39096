import { iso } from "../kit/time.ts";
import { type ChannelConfig, tenantsOf } from "../model/channel-config.ts";
import type { OutboxDraft } from "../model/delivery.ts";
import type { Signal } from "../model/signal.ts";
import type { TokenEvent } from "../model/token-event.ts";
import { mutedUntil } from "../routing/mute-times.ts";
import { type RouteStep, type Routes, routeValues } from "../routing/routes.ts";
import { signalValues } from "../routing/signal-values.ts";
import { type NotifyPolicy, planDeliveries, wantsSignal, wantsToken } from "./plan.ts";
import { type HoldStore, routeHold } from "./route-hold.ts";

/** What a channel would get of a signal, and why. */
export type PreviewedChannel = {
  channel: string;
  outcome: "sent" | "held" | "skipped" | "not_routed" | "not_wanted";
  route: string | null;
  /** When it would be sent. */
  at: string | null;
  reason: string | null;
  repeatsEveryMs: number | null;
};
export type RoutePreview = { steps: RouteStep[]; channels: PreviewedChannel[] };

export type PreviewedSignal = {
  signal: Signal;
  event: TokenEvent;
  /** Of one tenant, without those that are streams, which get everything. */
  channels: readonly ChannelConfig[];
  notify: NotifyPolicy;
  routes: Routes | null;
  now: number;
};

/**
 * Where a signal would go if it reached its state now. It asks what a commit and a delivery ask,
 * and changes nothing.
 */
export async function previewRoutes(
  input: PreviewedSignal,
  store: HoldStore,
): Promise<RoutePreview> {
  const { signal, event, channels, notify, routes, now } = input;
  const after = { ...signal, transition: Math.max(1, signal.transition) };
  const own = new Map(routes ? tenantsOf(channels).map((tenant) => [tenant, routes]) : []);
  const drafts = planDeliveries(null, after, event, channels, notify, now, routes, own);
  const steps = routes ? routeValues(routes, signalValues(after, event)).steps : [];
  const shown = channels.map((channel) => {
    const draft = drafts.find(({ channelId }) => channelId === channel.id);
    return draft ? planned(channel, draft, input, store) : unplanned(channel, input);
  });
  return { steps, channels: await Promise.all(shown) };
}

function unplanned({ name, filter }: ChannelConfig, input: PreviewedSignal): PreviewedChannel {
  const { signal, event, notify } = input;
  const wanted = wantsToken(filter, event) && wantsSignal(filter, notify, signal);
  return {
    channel: name,
    outcome: wanted ? "not_routed" : "not_wanted",
    route: null,
    at: null,
    reason: wanted
      ? "no route that takes it names the channel"
      : wantsToken(filter, event)
        ? "the channel's filter, or notify in the rules, leaves out this state or score"
        : "the channel's filter leaves out this token or chain",
    repeatsEveryMs: null,
  };
}

async function planned(
  channel: ChannelConfig,
  { eventKey, payload, notBefore }: OutboxDraft,
  { routes, now }: PreviewedSignal,
  store: HoldStore,
): Promise<PreviewedChannel> {
  const { routing } = payload;
  const due = notBefore === null ? now : Date.parse(notBefore);
  const asked = { routes: async () => routes, store, now: () => due };
  const { id: channelId } = channel;
  const row = { payload, eventKey, channelId, digestKey: null, createdAt: iso(now) };
  const hold = await routeHold(row, asked);
  const common = {
    channel: channel.name,
    route: routing?.route ?? null,
    at: hold?.kind === "skip" ? null : iso(hold?.until ?? due),
    repeatsEveryMs: routing?.repeatMs ?? null,
  };
  if (hold?.kind === "skip")
    return { ...common, outcome: "skipped", reason: `${hold.reason}: ${hold.detail}` };
  if (channel.status !== "active")
    return { ...common, outcome: "held", reason: `the channel is ${channel.status}` };
  if (due <= now && hold === null) return { ...common, outcome: "sent", reason: null };
  const muted = mutedUntil(routing?.muteTimes ?? [], routes?.muteTimes ?? {}, due - 1);
  const reason = muted
    ? `mute time ${muted.name}`
    : (routing?.group ?? null) !== null
      ? "others of its group"
      : "quiet hours or the digest of the channel";
  return { ...common, outcome: "held", reason };
}
