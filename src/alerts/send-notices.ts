import type { PaceLimit, SendPorts, SendResult } from "../channels/channel.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import {
  addressQueue,
  afterFailure,
  boundQueue,
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

/** The queue, which an evaluation may change while a channel is being sent to. */
export type HeldQueue = {
  read(): readonly QueuedNotice[];
  write(queue: QueuedNotice[]): void;
};

/**
 * Sends what is due, the channels side by side, each in the order of its notices. A call while a
 * channel is still being sent to leaves that channel alone and serves the others, so that a slow
 * one delays nobody. The queue is written after every step: what it holds is sent again after a
 * crash, under the same keys. Never throws.
 */
export function noticeSender(
  ports: NoticePorts,
  queue: HeldQueue,
): (channels: NoticeTargets["channels"]) => Promise<void> {
  const busy = new Set<number>();
  const firstOf = (id: number) => queue.read().find(({ channelId }) => channelId === id);
  const settle = (item: QueuedNotice, outcome: AttemptOutcome) => {
    const left = queue.read().flatMap((each): QueuedNotice[] => {
      // What a full queue cut off this notice meanwhile does not make the rest of it another one.
      if (each.channelId === item.channelId && covers(item, each)) {
        const after = afterAttempt(each, outcome, queue.read(), ports.now());
        return after === null ? [] : [after];
      }
      return [outcome.kind === "told" && covers(item, each) ? { ...each, told: true } : each];
    });
    queue.write(left);
  };
  async function serve(id: number, targets: NoticeTargets): Promise<void> {
    for (let item = firstOf(id); item && item.nextAt <= ports.now(); item = firstOf(id)) {
      const outcome = await attempt(item, targets, ports);
      settle(item, outcome);
      if (outcome.kind !== "told") return;
    }
  }
  return async (channels) => {
    const targets = { channels, env: ports.env, kind: ports.kind };
    const before = queue.read();
    const addressed = boundQueue(addressQueue(before, targets, ports.now()));
    queue.write(addressed);
    const ids = new Set(addressed.flatMap(({ channelId }) => channelId ?? []));
    await Promise.all(
      [...ids]
        .filter((id) => !busy.has(id))
        .map((id) => {
          busy.add(id);
          return serve(id, targets).finally(() => busy.delete(id));
        }),
    );
  };
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
