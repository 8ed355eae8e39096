import { dailyEnd } from "../kit/daily-interval.ts";
import { iso } from "../kit/time.ts";
import type { ChannelConfig, ChannelFilter } from "../model/channel-config.ts";
import type {
  Delivery,
  NotificationRouting,
  OutboxDraft,
  SignalNotification,
} from "../model/delivery.ts";
import type { FactValues } from "../model/facts.ts";
import { isDefaultTenant } from "../model/tenant.ts";
import { type MuteTimes, mutedUntil } from "../routing/mute-times.ts";
import {
  groupOf,
  type LiveRoute,
  type Routes,
  routedChannels,
  routeValues,
  targetedBy,
} from "../routing/routes.ts";
import { idemKeyOf } from "./idem-key.ts";
import { windowEnd } from "./quiet-hours.ts";

/** Whose row it is, in a row of another tenant than the default. */
export const stamp = (channel: Pick<ChannelConfig, "tenant">): Pick<OutboxDraft, "tenant"> =>
  isDefaultTenant(channel) ? {} : { tenant: channel.tenant };

export type RoutedPlan = {
  payload: SignalNotification;
  values: FactValues;
  /** Every channel, for what the routes name. */
  channels: readonly ChannelConfig[];
  /** Those that want it. */
  wanting: readonly ChannelConfig[];
  routes: Routes;
  now: number;
};

/** The rows for the channels that want it and that a route leads to, each by its own route. */
export function routedDrafts(plan: RoutedPlan): OutboxDraft[] {
  const { payload, values, channels, wanting, routes, now } = plan;
  const names = channels.map(({ name }) => name);
  const routed = routedChannels(routes, routeValues(routes, values), names);
  const inhibit = targetedBy(routes, values).map(({ name }) => name);
  return wanting.flatMap(({ id, name, filter, tenant }) => {
    const route = routed.find(({ channel }) => channel === name)?.route;
    if (route === undefined) return [];
    const held = routedUntil(route, routes.muteTimes, filter, now);
    const notBefore = held === null ? null : iso(held);
    const routing: NotificationRouting = {
      route: route.name,
      version: routes.sha,
      ...(route.template !== null && { template: route.template }),
      group: groupOf(route, values),
      ...(route.group !== null && route.group.waitMs !== null && { groupMs: route.group.ms }),
      repeatMs: route.repeatMs,
      muteTimes: [...route.muteTimes],
      inhibit,
      dueAt: notBefore,
    };
    return {
      channelId: id,
      eventKey: payload.eventKey,
      idemKey: idemKeyOf(payload.eventKey, id, payload.transition),
      payload: { ...payload, routing },
      notBefore,
      ...stamp({ tenant }),
    };
  });
}

const MOST_HOLDS = 10;

/**
 * The earliest time at which a routed notification made at `now` may be sent, after the window of
 * its group or of its channel, and outside quiet hours and mute times; null = at once.
 */
export function routedUntil(
  { group, muteTimes }: Pick<LiveRoute, "group" | "muteTimes">,
  times: MuteTimes,
  { quietHours, digestMinutes }: Pick<ChannelFilter, "quietHours" | "digestMinutes">,
  now: number,
): number | null {
  const window = group?.ms ?? digestMinutes * 60_000;
  const waitMs = group?.waitMs ?? null;
  let due = waitMs !== null ? now + waitMs : window > 0 ? windowEnd(window, now) : now;
  for (let holds = 0; holds < MOST_HOLDS; holds++) {
    const awake = (quietHours && dailyEnd(quietHours, due)) ?? due;
    const open = mutedUntil(muteTimes, times, awake)?.until ?? awake;
    if (open === due) break;
    due = open;
  }
  return due > now ? due : null;
}

/**
 * The row that notifies again of what was sent at `now`, outside its mute times, which do not count
 * as its age; null where its route does not repeat.
 */
export function repeatOf(
  { payload, channelId }: Delivery,
  times: MuteTimes,
  now: number,
): OutboxDraft | null {
  const { routing, eventKey, transition } = payload;
  if (!routing?.repeatMs) return null;
  const count = (payload.repeat?.count ?? 0) + 1;
  const due = now + routing.repeatMs;
  const notBefore = iso(mutedUntil(routing.muteTimes, times, due)?.until ?? due);
  return {
    channelId,
    eventKey,
    idemKey: idemKeyOf(eventKey, channelId, transition, count),
    payload: {
      ...payload,
      routing: { ...routing, dueAt: notBefore },
      repeat: { count, since: iso(now) },
    },
    notBefore,
  };
}
