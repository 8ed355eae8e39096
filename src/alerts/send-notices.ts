import type { PaceLimit, SendPorts, SendResult } from "../channels/channel.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import {
  addressQueue,
  afterFailure,
  covers,
  type NoticeFailure,
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
  const firstOf = (id: number) => left.find(({ channelId }) => channelId === id);
  const settle = (id: number, outcome: AttemptOutcome) => {
    const item = firstOf(id);
    if (item === undefined) return;
    const after = afterAttempt(item, outcome, left, ports.now());
    left = left.flatMap((each) => {
      if (each === item) return after ?? [];
      return outcome.kind === "told" && covers(item, each) ? { ...each, told: true } : each;
    });
    keep(left);
  };
  const ids = new Set(left.flatMap(({ channelId }) => channelId ?? []));
  await Promise.all(
    [...ids].map(async (id) => {
      for (let item = firstOf(id); item && item.nextAt <= ports.now(); item = firstOf(id)) {
        const outcome = await attempt(item, targets, ports);
        settle(id, outcome);
        if (outcome.kind !== "told") return;
      }
    }),
  );
}

type AttemptOutcome =
  | { kind: "told" }
  | { kind: "paced"; ms: number }
  | ({ kind: "failed" } & NoticeFailure);

function afterAttempt(
  item: QueuedNotice,
  outcome: AttemptOutcome,
  queue: readonly QueuedNotice[],
  now: number,
): QueuedNotice | null {
  if (outcome.kind === "told") return null;
  if (outcome.kind === "paced") return { ...item, nextAt: now + outcome.ms };
  return afterFailure(item, outcome, queue, now);
}

async function attempt(
  item: QueuedNotice,
  targets: NoticeTargets,
  ports: NoticePorts,
): Promise<AttemptOutcome> {
  const config = targets.channels.find(({ id }) => id === item.channelId);
  const teller = config && tellerOf(config, targets);
  if (!config || !teller)
    return { kind: "failed", error: "the channel cannot be told any more", final: true };
  const wait = await ports.reserve(config.id, teller.limits).catch(() => 0);
  if (wait > PATIENCE_MS) return { kind: "paced", ms: wait };
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
  return told ? { kind: "told" } : { kind: "failed", error: reason, final: ASIDE.has(kind) };
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
