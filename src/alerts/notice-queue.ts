import * as z from "zod";
import type { AnyChannel, OpenChannel, PaceLimit, SendPorts } from "../channels/channel.ts";
import { sha256Hex } from "../kit/hash.ts";
import { AlertNotice } from "../model/alert.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { PlannedNotice } from "./alert-states.ts";

/** A notice that waits until a channel has taken it. */
export const QueuedNotice = z.object({
  notice: AlertNotice,
  /** The channels that the alert names; null: those that take alerts. */
  wanted: z.array(z.string()).nullable(),
  /** Null until the channels are known. */
  channelId: z.number().nullable(),
  /** Others that got it, or refused it. */
  others: z.array(z.number()),
  /** Whether another channel has it. */
  told: z.boolean().optional(),
  attempts: z.number(),
  /** Milliseconds. */
  nextAt: z.number(),
  createdAt: z.number(),
  error: z.string().nullable(),
});
export type QueuedNotice = z.infer<typeof QueuedNotice>;

/** The channels, and what of this deployment a kind needs. */
export type NoticeTargets = {
  channels: readonly ChannelConfig[];
  env: SendPorts["env"];
  kind(name: string): AnyChannel | undefined;
};

/** Older news helps nobody: the page shows what fires. */
const LIFE_MS = 24 * 3_600_000;
const FAILURES_BEFORE_ANOTHER = 3;
const WAITS_MS = [60_000, 120_000, 300_000];
const LONGEST_WAIT_MS = 900_000;
/** Alerts in all notices that wait, each once for every channel: what one row of storage holds. */
const MAX_QUEUED_ALERTS = 500;

const alertsIn = (queue: readonly QueuedNotice[]): number =>
  queue.reduce((sum, { notice }) => sum + notice.alerts.length, 0);

/**
 * Of a queue that grew too long the newest alerts, as many for each channel: the page shows what
 * fires, and an alert that still does is told again by its repeat.
 */
export function boundQueue(queue: readonly QueuedNotice[]): QueuedNotice[] {
  if (alertsIn(queue) <= MAX_QUEUED_ALERTS) return [...queue];
  const channels = new Set(queue.map(({ channelId }) => channelId));
  const share = Math.floor(MAX_QUEUED_ALERTS / channels.size);
  const used = new Map<number | null, number>();
  return queue
    .toReversed()
    .flatMap((item): QueuedNotice[] => {
      const before = used.get(item.channelId) ?? 0;
      const alerts = item.notice.alerts.slice(0, share - before);
      used.set(item.channelId, before + alerts.length);
      if (alerts.length === item.notice.alerts.length) return [item];
      return alerts.length === 0 ? [] : [{ ...item, notice: { ...item.notice, alerts } }];
    })
    .toReversed();
}

/**
 * The queue with what an evaluation wants to be told. What waits to be told is not repeated; what
 * only some channels have gives way to its repeat.
 */
export function enqueueNotices(
  queue: readonly QueuedNotice[],
  planned: readonly PlannedNotice[],
  now: number,
): QueuedNotice[] {
  const waiting = queue.filter(({ createdAt }) => now - createdAt < LIFE_MS);
  // What one channel has and another does not take must not keep the repeat from the first.
  const latest = new Map(
    waiting.flatMap(({ notice, told }) =>
      notice.alerts.map(({ key, status }) => [key, told ? null : status]),
    ),
  );
  const fresh = planned.flatMap(({ notice, channels }) => {
    const alerts = notice.alerts.filter(({ key, status }) => latest.get(key) !== status);
    return alerts.length === 0 ? [] : [queued({ ...notice, alerts }, channels, now)];
  });
  const again = new Set(
    fresh.flatMap(({ notice }) => notice.alerts.map(({ key, status }) => `${status} ${key}`)),
  );
  const left = waiting.filter(
    ({ notice, told }) =>
      !told || !notice.alerts.every(({ key, status }) => again.has(`${status} ${key}`)),
  );
  return boundQueue([...left, ...fresh]);
}

const queued = (notice: AlertNotice, wanted: string[] | null, now: number): QueuedNotice => ({
  notice,
  wanted,
  channelId: null,
  others: [],
  attempts: 0,
  nextAt: now,
  createdAt: now,
  error: null,
});

/** The same for each attempt on a channel, for those that tell repeats. */
export const noticeKey = ({ notice, channelId }: QueuedNotice): string =>
  sha256Hex(
    JSON.stringify([
      "alert",
      channelId,
      notice.at,
      notice.alerts.map(({ key, status }) => [key, status]),
    ]),
  );

/** The channel, ready to tell people; null when it cannot. */
export function tellerOf(
  config: ChannelConfig,
  { env, kind }: Pick<NoticeTargets, "env" | "kind">,
): { limits: PaceLimit[]; sendNotice: NonNullable<OpenChannel["sendNotice"]> } | null {
  if (config.status !== "active" || config.locked !== undefined) return null;
  const adapter = kind(config.kind);
  if (adapter === undefined || adapter.missing(env) !== null) return null;
  const opening = adapter.open(config.settings, env);
  if (opening.kind === "invalid" || opening.channel.sendNotice === null) return null;
  return { limits: opening.channel.limits, sendNotice: opening.channel.sendNotice };
}

/** People read chats and mail. A webhook calls a machine, and a log is read by nobody at the time. */
const LAST_ASKED = ["webhook", "log"];
const rankOf = ({ kind }: ChannelConfig): number => LAST_ASKED.indexOf(kind);
const byReader = (a: ChannelConfig, b: ChannelConfig): number =>
  rankOf(a) - rankOf(b) || a.id - b.id;

const isAbout = ({ alerts }: AlertNotice, { name }: ChannelConfig): boolean =>
  alerts.some(({ scope, subject }) => scope === "channel" && subject === name);

/**
 * Who gets a notice: the channels that its alert names, else those that take alerts. News about a
 * channel goes through others. Where that leaves nobody, the first that can tell somebody gets it.
 */
export function addresseesOf(
  { notice, wanted, others }: Pick<QueuedNotice, "notice" | "wanted" | "others">,
  targets: NoticeTargets,
): ChannelConfig[] {
  const able = targets.channels
    .filter((config) => tellerOf(config, targets) !== null && !others.includes(config.id))
    .sort(byReader);
  const apart = able.filter((config) => !isAbout(notice, config));
  const asked = apart.filter(({ name, kind, filter }) =>
    wanted === null ? filter.alerts === true : wanted.includes(name) || wanted.includes(kind),
  );
  if (asked.length > 0) return asked;
  return apart.length > 0 ? apart.slice(0, 1) : able.slice(0, 1);
}

/** A machine wants each alert by itself, people those of a group in one message. */
const partsFor = (notice: AlertNotice, adapter: AnyChannel | undefined): AlertNotice[] =>
  adapter?.digests === null
    ? notice.alerts.map((entry) => ({ ...notice, alerts: [entry] }))
    : [notice];

/** When it is due again, those that refused it are asked again. */
const NOBODY = { others: [], error: "no channel can be told" };

/** Gives what has no channel yet to its channels. */
export function addressQueue(
  queue: readonly QueuedNotice[],
  targets: NoticeTargets,
  now: number,
): QueuedNotice[] {
  return queue.flatMap((item) => {
    if (item.channelId !== null || item.nextAt > now) return [item];
    const to = addresseesOf(item, targets);
    if (to.length === 0) return [{ ...item, ...NOBODY, nextAt: now + LONGEST_WAIT_MS }];
    const ids = to.map(({ id }) => id);
    return to.flatMap((config) =>
      partsFor(item.notice, targets.kind(config.kind)).map((notice) => ({
        ...item,
        notice,
        channelId: config.id,
        others: [...item.others, ...ids.filter((id) => id !== config.id)],
        error: null,
      })),
    );
  });
}

/** Whether the first tells all that the second does, of the same evaluation. */
export const covers = ({ notice: whole }: QueuedNotice, { notice: part }: QueuedNotice): boolean =>
  whole.at === part.at &&
  part.alerts.every(({ key, status }) =>
    whole.alerts.some((other) => other.key === key && other.status === status),
  );

export type NoticeFailure = {
  error: string;
  /** The channel will not take it later either. */
  final: boolean;
};

/**
 * What becomes of a notice whose attempt failed; null when nothing is left to do. Each channel that
 * it is meant for is tried for itself while others have it or may get it; when all stay out, the
 * last of them gives it to another channel.
 */
export function afterFailure(
  item: QueuedNotice,
  { error, final }: NoticeFailure,
  queue: readonly QueuedNotice[],
  now: number,
): QueuedNotice | null {
  const attempts = item.attempts + 1;
  const failed = { ...item, attempts, error };
  const isOut = (each: QueuedNotice) => each.attempts >= FAILURES_BEFORE_ANOTHER;
  const peers = queue.filter((each) => each !== item && covers(each, item));
  const carried = item.told === true || peers.length > 0;
  if (final && carried) return null;
  if (isOut(failed) && item.told !== true && peers.length > 0 && peers.every(isOut)) return null;
  if (item.channelId === null || carried || (!final && !isOut(failed)))
    return { ...failed, nextAt: now + (WAITS_MS[attempts - 1] ?? LONGEST_WAIT_MS) };
  const others = [...item.others, item.channelId];
  return { ...failed, channelId: null, others, attempts: 0, nextAt: now };
}
