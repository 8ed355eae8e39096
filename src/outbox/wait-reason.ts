import { dailyEnd } from "../kit/daily-interval.ts";
import { iso } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { OutboxRow } from "../store/outbox.ts";
import { heldUntil } from "./quiet-hours.ts";

type WaitingRow = Pick<
  OutboxRow,
  "channelId" | "status" | "createdAt" | "nextRetryAt" | "attempts"
>;

/**
 * Why an open row is not sent yet, for operators, by its channel as it is now; null when it is due,
 * being sent or ended.
 */
export function waitReason(
  { channelId, status, createdAt, nextRetryAt, attempts }: WaitingRow,
  channels: readonly ChannelConfig[],
  now: number,
): string | null {
  if (nextRetryAt === null || (status !== "pending" && status !== "failed")) return null;
  const channel = channels.find(({ id }) => id === channelId);
  if (channel?.locked !== undefined) return `channel locked: ${channel.locked}`;
  if (channel?.status === "paused")
    return `channel paused: ${channel.statusReason ?? "by an operator"}`;
  const due = Date.parse(nextRetryAt);
  if (due <= now) return null;
  if (status === "failed") return `retry after ${attempts.at(-1)?.result ?? "a failure"}`;
  return (channel && heldBack(channel, Date.parse(createdAt), due)) ?? "its turn";
}

/** Quiet hours or a digest, whichever ends when the row falls due. */
function heldBack({ filter }: ChannelConfig, created: number, due: number): string | null {
  const quiet = filter.quietHours && dailyEnd(filter.quietHours, due - 1);
  if (quiet === due) return `quiet hours until ${iso(due)}`;
  const digest = heldUntil({ quietHours: null, digestMinutes: filter.digestMinutes }, created);
  return digest === due ? `digest at ${iso(due)}` : null;
}
