import { dailyEnd } from "../kit/daily-interval.ts";
import { iso, nextUtcDay } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import { SignalNotification } from "../model/delivery.ts";
import { isDefaultTenant } from "../model/tenant.ts";
import { mutedUntil } from "../routing/mute-times.ts";
import type { Routes } from "../routing/routes.ts";
import type { OutboxRow } from "../store/outbox.ts";
import { heldUntil } from "./quiet-hours.ts";

type WaitingRow = Pick<
  OutboxRow,
  "channelId" | "status" | "createdAt" | "nextRetryAt" | "attempts" | "payload"
>;

/**
 * Why an open row is not sent yet, for operators, by its channel as it is now; null when it is due,
 * being sent or ended.
 */
export function waitReason(
  { channelId, status, createdAt, nextRetryAt, attempts, payload }: WaitingRow,
  channels: readonly ChannelConfig[],
  now: number,
  routes: Routes | null = null,
): string | null {
  if (nextRetryAt === null || (status !== "pending" && status !== "failed")) return null;
  const channel = channels.find(({ id }) => id === channelId);
  if (channel?.locked !== undefined) return `channel locked: ${channel.locked}`;
  if (channel?.status === "paused")
    return `channel paused: ${channel.statusReason ?? "by an operator"}`;
  const due = Date.parse(nextRetryAt);
  if (due <= now) return null;
  const routed = status === "pending" ? routedReason(payload, due, routes, now) : null;
  if (routed !== null) return routed;
  if (status === "failed") return `retry after ${attempts.at(-1)?.result ?? "a failure"}`;
  const held = channel && heldBack(channel, Date.parse(createdAt), due);
  const awaitsDay = channel && !isDefaultTenant(channel) && due === nextUtcDay(now);
  return held ?? (awaitsDay ? `the quota of notifications, until ${iso(due)}` : "its turn");
}

const Routed = SignalNotification.pick({ routing: true, repeat: true, state: true });

/** A mute time, the window of a group, or the interval of a repeat. */
function routedReason(
  payload: unknown,
  due: number,
  routes: Routes | null,
  now: number,
): string | null {
  const { routing, repeat, state } = Routed.safeParse(payload).data ?? {};
  if (routing === undefined) return null;
  const times = routes?.muteTimes ?? {};
  const muted =
    mutedUntil(routing.muteTimes, times, due - 1) ?? mutedUntil(routing.muteTimes, times, now);
  if (muted?.until === due) return `mute time ${muted.name} until ${iso(due)}`;
  if (repeat) return `repeat ${repeat.count} at ${iso(due)}, while it stays ${state}`;
  return routing.group !== null && (routing.dueAt === iso(due) || routing.groupMs !== undefined)
    ? `group of the route ${routing.route} at ${iso(due)}`
    : null;
}

/** Quiet hours or a digest, whichever ends when the row falls due. */
function heldBack({ filter }: ChannelConfig, created: number, due: number): string | null {
  const quiet = filter.quietHours && dailyEnd(filter.quietHours, due - 1);
  if (quiet === due) return `quiet hours until ${iso(due)}`;
  const digest = heldUntil({ quietHours: null, digestMinutes: filter.digestMinutes }, created);
  return digest === due ? `digest at ${iso(due)}` : null;
}
