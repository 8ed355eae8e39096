import type { PaceLimit, SendPorts, SendResult } from "../channels/channel.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import {
  addressQueue,
  afterFailure,
  type NoticeTargets,
  noticeKey,
  type QueuedNotice,
  tellerOf,
} from "./notice-queue.ts";

export type NoticePorts = RuntimePorts & {
  fetch: SendPorts["fetch"];
  env: SendPorts["env"];
  kind: NoticeTargets["kind"];
  called: NonNullable<SendPorts["telemetry"]>;
  sleep(ms: number): Promise<void>;
  /** How long to wait for a turn under the limits of a channel, in milliseconds. */
  reserve(channelId: number, limits: readonly PaceLimit[]): Promise<number>;
};

/** A notice that has no turn within this time goes out with a later tick. */
const PATIENCE_MS = 10_000;
const ASIDE: ReadonlySet<string> = new Set(["auth", "gone", "reject"]);

/**
 * Sends what is due, the channels side by side, each in the order of its notices. `keep` hears of
 * the queue after every step: what it kept is sent again after a crash, under the same keys. Never
 * throws.
 */
export async function sendNotices(
  queue: readonly QueuedNotice[],
  channels: NoticeTargets["channels"],
  ports: NoticePorts,
  keep: (queue: QueuedNotice[]) => void,
): Promise<void> {
  const targets = { channels, env: ports.env, kind: ports.kind };
  let left = addressQueue(queue, targets, ports.now());
  keep(left);
  const replace = (item: QueuedNotice, by: QueuedNotice[]) => {
    left = left.flatMap((each) => (each === item ? by : [each]));
    keep(left);
  };
  const lines = Map.groupBy(left, ({ channelId }) => channelId);
  lines.delete(null);
  await Promise.all(
    [...lines.values()].map(async (items) => {
      for (const item of items) {
        if (item.nextAt > ports.now()) return;
        const after = await attempt(item, targets, ports);
        replace(item, after === null ? [] : [after]);
        if (after !== null) return;
      }
    }),
  );
}

/** Null: a channel has it. */
async function attempt(
  item: QueuedNotice,
  targets: NoticeTargets,
  ports: NoticePorts,
): Promise<QueuedNotice | null> {
  const config = targets.channels.find(({ id }) => id === item.channelId);
  const teller = config && tellerOf(config, targets);
  if (!config || !teller)
    return afterFailure(item, "the channel cannot be told any more", true, ports.now());
  const wait = await ports.reserve(config.id, teller.limits).catch(() => 0);
  if (wait > PATIENCE_MS) return { ...item, nextAt: ports.now() + wait };
  if (wait > 0) await ports.sleep(wait);
  const sent = await teller.sendNotice(item.notice, sendPorts(item, ports)).catch(sendFault);
  const { kind, reason } = sent.verdict;
  const told = kind === "ok";
  ports.telemetry.count("alert_notices_total", { result: told ? "ok" : "failed" });
  ports.log({
    stage: "alert",
    level: told ? "info" : "warn",
    channel: config.name,
    outcome: told ? "told" : "failed",
    reason: told ? item.notice.alerts.map(({ summary }) => summary).join("; ") : reason,
  });
  return told ? null : afterFailure(item, reason, ASIDE.has(kind), ports.now());
}

const sendPorts = (item: QueuedNotice, ports: NoticePorts): SendPorts => ({
  fetch: ports.fetch,
  now: ports.now,
  env: ports.env,
  idemKey: noticeKey(item),
  prior: null,
  telemetry: ports.called,
  log: ({ text }) => ports.log({ stage: "notify", reason: text }),
});

const sendFault = (error: unknown): Pick<SendResult, "verdict"> => ({
  verdict: { kind: "retry", reason: `the channel failed on it: ${String(error)}` },
});
