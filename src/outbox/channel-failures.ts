import type { RetryPolicy, SendResult } from "../channels/channel.ts";
import type { ChannelStatus } from "../model/channel-config.ts";
import type { ChannelFailures } from "../store/channels.ts";

const DAY_MS = 24 * 3_600_000;

/** A channel pauses when its credentials were refused this often in a row. */
export const REFUSALS_BEFORE_PAUSE = 3;
/**
 * A hook is switched off when each attempt of so many days failed, as Svix does, and at least so
 * many did: two failures with a quiet week between them say nothing.
 */
export const HOOK_FAILING_DAYS = 5;
export const HOOK_FAILURES = 10;

export type ChannelSwitch = { status: Exclude<ChannelStatus, "active">; reason: string };

/** 401 and 403 of a hook follow its schedule, and count as refusals nevertheless. */
export const isRefusal = ({ verdict, httpStatus }: SendResult, policy: RetryPolicy): boolean =>
  verdict.kind === "auth" || (policy === "webhook" && (httpStatus === 401 || httpStatus === 403));

/** Whether a channel is switched off for its failures, the last of which said `reason`. */
export function switchAfter(
  { failingSince, failures, refusals }: ChannelFailures,
  policy: RetryPolicy,
  reason: string,
  now: number,
): ChannelSwitch | null {
  if (refusals >= REFUSALS_BEFORE_PAUSE) return { status: "paused", reason };
  const failingMs = now - Date.parse(failingSince);
  if (policy !== "webhook" || failures < HOOK_FAILURES) return null;
  return failingMs >= HOOK_FAILING_DAYS * DAY_MS
    ? { status: "disabled", reason: `every attempt has failed since ${failingSince}: ${reason}` }
    : null;
}
