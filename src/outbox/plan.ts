import { iso } from "../kit/time.ts";
import { type ChannelConfig, type ChannelFilter, tenantsOf } from "../model/channel-config.ts";
import type { OutboxDraft, SignalNotification } from "../model/delivery.ts";
import type { SignalState } from "../model/scalars.ts";
import type { Signal } from "../model/signal.ts";
import { subjectOf } from "../model/subject.ts";
import { DEFAULT_TENANT } from "../model/tenant.ts";
import type { TokenEvent } from "../model/token-event.ts";
import { NO_TENANT_ROUTES, type Routes, type TenantRoutes } from "../routing/routes.ts";
import { signalValues } from "../routing/signal-values.ts";
import { idemKeyOf } from "./idem-key.ts";
import { routedDrafts, stamp } from "./plan-routes.ts";
import { heldUntil } from "./quiet-hours.ts";

/** The `notify` part of the rules: the default for channels with no wishes of their own. */
export type NotifyPolicy = { minScore: number; on: readonly SignalState[] };

export const notificationOf = (
  previousState: SignalState | null,
  after: Signal,
  event: TokenEvent,
): SignalNotification => ({
  v: 1,
  eventKey: after.eventKey,
  subject: subjectOf(event, after.facts.values),
  transition: after.transition,
  state: after.state,
  previousState,
  score: after.score,
  level: after.level,
  riskLevel: after.riskLevel,
  type: event.type,
  chain: event.chain,
  symbol: event.symbol,
  tokenCa: event.tokenCa,
  summary: event.summary,
  reasons: after.reasons,
  missing: after.missing,
  degraded: after.degraded,
  evidenceCount: event.evidenceCount,
  uniqueAuthors: event.uniqueAuthors,
  copies: event.copies,
  rulesVersion: after.rulesVersion,
  ts: after.ts,
});

const inList = <T>(list: readonly T[], value: T): boolean =>
  list.length === 0 || list.includes(value);

export function wantsToken(
  filter: ChannelFilter,
  { chain, symbol, eventKey }: TokenEvent,
): boolean {
  const symbols = filter.symbols.map((name) => name.replace(/^\$/, "").toUpperCase());
  return (
    inList(filter.chains, chain) &&
    inList(symbols, symbol?.toUpperCase() ?? "") &&
    !filter.mutedEvents.includes(eventKey)
  );
}

/**
 * A channel's own minimum and states replace those of the rules. The minimum does not apply to a
 * downgrade: a channel that was notified of a verified token is also notified when the token is no
 * longer verified, however low its score is.
 */
export function wantsSignal(filter: ChannelFilter, notify: NotifyPolicy, after: Signal): boolean {
  const states = filter.states.length > 0 ? filter.states : notify.on;
  const enough =
    after.state === "downgraded" || after.score >= (filter.minScore ?? notify.minScore);
  return states.includes(after.state) && enough;
}

/**
 * The outbox rows of one transition: one for each channel that wants it. Rows of a paused channel
 * wait for it; those of a disabled one become dead letters, which can be replayed. Pure: the rows
 * are committed in the same statement as the transition, so that neither exists without the other.
 * With routes, a channel that wants it gets it only where a route leads to it, and in its way.
 * `routes` are those of the default tenant; the channels of another one go by its own, if any.
 */
export function planDeliveries(
  before: Signal | null,
  after: Signal,
  event: TokenEvent,
  channels: readonly ChannelConfig[],
  notify: NotifyPolicy,
  now: number,
  routes: Routes | null = null,
  tenantRoutes: TenantRoutes = NO_TENANT_ROUTES,
): OutboxDraft[] {
  if (after.transition === (before?.transition ?? 0)) return [];
  const payload = notificationOf(before?.state ?? null, after, event);
  const wanting = channels.filter(
    ({ filter }) => wantsToken(filter, event) && wantsSignal(filter, notify, after),
  );
  if (routes === null && tenantRoutes.size === 0) return draftsOf(payload, wanting, now);
  const values = signalValues(after, event);
  return tenantsOf(channels).flatMap((name) => {
    const isOwn = (channel: ChannelConfig) => (channel.tenant ?? DEFAULT_TENANT) === name;
    const inForce = name === DEFAULT_TENANT ? routes : (tenantRoutes.get(name) ?? null);
    const own = { channels: channels.filter(isOwn), wanting: wanting.filter(isOwn) };
    return inForce === null
      ? draftsOf(payload, own.wanting, now)
      : routedDrafts({ payload, values, ...own, routes: inForce, now });
  });
}

const draftsOf = (
  payload: SignalNotification,
  channels: readonly ChannelConfig[],
  now: number,
): OutboxDraft[] =>
  channels.map((channel) => {
    const { id, filter } = channel;
    const held = heldUntil(filter, now);
    return {
      channelId: id,
      eventKey: payload.eventKey,
      idemKey: idemKeyOf(payload.eventKey, id, payload.transition),
      payload,
      notBefore: held === null ? null : iso(held),
      ...stamp(channel),
    };
  });
