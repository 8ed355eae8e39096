import type { AlertsTick } from "../alerts/alerts-actor.ts";
import type { QueueDepth } from "../alerts/gather.ts";
import { iso } from "../kit/time.ts";
import type { RuntimePorts } from "../observability/runtime.ts";
import { type PollPorts, type PollReport, pollDue } from "../sources/poll.ts";
import type { Source, SourceSwitch } from "../sources/source.ts";
import type { OverviewStore } from "../store/overview.ts";
import type { RetentionStore } from "../store/retention.ts";
import { deleteExpired, oldFrom, type RetentionDays, type RetentionPorts } from "./retention.ts";

export type TickPorts = RuntimePorts & {
  sources: readonly Source[];
  switches: ReadonlyMap<string, SourceSwitch>;
  poll: PollPorts;
  /** Posts of the source were read and not accepted. Never throws. */
  onRejected(source: string): Promise<void>;
  /** Holds the connections of stream sources open. Never throws. */
  keepStreams(): Promise<void>;
  /** What waits in each queue; null where the platform does not say. */
  queueDepths(): Promise<Record<string, QueueDepth | null>>;
  /** Evaluates the alerts on the pipeline. Never throws. */
  alerts(tick: AlertsTick): Promise<void>;
  store: Pick<OverviewStore, "waiting"> & RetentionStore;
  /** For how many days each kind of row is kept; 0 = for ever. */
  days: RetentionDays;
  archive?: RetentionPorts["archive"];
  requeueAfterSeconds: number;
  sweeper: { wake(at: number): Promise<void>; schedulePostSweep(at: number): Promise<void> };
};

export const EVERY_MINUTE = "* * * * *";

/**
 * One tick. The platform promises neither that it comes nor that it comes once: cursors and the
 * sweeper's one alarm make repeats harmless.
 */
export async function runTick(
  event: { cron: string; scheduledTime: number },
  ports: TickPorts,
): Promise<void> {
  if (event.cron !== EVERY_MINUTE) return reconcile(ports);
  const [reports] = await Promise.all([
    pollDue(ports.sources, ports.switches, ports.poll),
    ports.keepStreams(),
    watchPipeline(event.scheduledTime, ports),
  ]);
  for (const report of reports) {
    notePoll(report, ports);
    if (report.outcome === "held") await ports.onRejected(report.source);
  }
}

/** The course of the queues over time, and the alerts. */
async function watchPipeline(at: number, ports: TickPorts): Promise<void> {
  const depths = Object.entries(await ports.queueDepths());
  const queues = Object.fromEntries(
    depths.flatMap(([queue, depth]) => (depth === null ? [] : [[queue, depth] as const])),
  );
  for (const [queue, { waiting }] of Object.entries(queues))
    ports.telemetry.sample("queue_backlog", { queue }, waiting);
  await ports.alerts({ at, queues });
}

/**
 * The hourly reconciliation: wakes the sweeper for what it missed, and deletes what expired. While
 * nothing happens it is one query, so that a database that sleeps is woken 24 times a day. When the
 * database is out, the sweeper keeps asking.
 */
async function reconcile(ports: TickPorts): Promise<void> {
  const { store, sweeper, days, now, log, requeueAfterSeconds } = ports;
  const kept = oldFrom(days, now());
  try {
    const waiting = await store.waiting(iso(now() - requeueAfterSeconds * 1000), kept);
    if (waiting.nextDue !== null) await sweeper.wake(Math.max(now(), Date.parse(waiting.nextDue)));
    if (waiting.overdue) await sweeper.schedulePostSweep(now());
    const old = kept.filter(({ what }) => waiting.old.includes(what));
    await deleteExpired(old, ports);
  } catch (error) {
    log({ stage: "net", level: "warn", outcome: "failed", reason: String(error) });
    await Promise.all([sweeper.wake(now()), sweeper.schedulePostSweep(now())]);
  }
}

/** What a poll brought and what it left out, for the log and the metrics. */
export function notePoll(
  { source, outcome, verdict, posts, leftOut, detail }: PollReport,
  { log, telemetry }: RuntimePorts,
): void {
  if (outcome === "off" || outcome === "not due") return;
  const reasons = Object.entries(leftOut);
  const failed =
    outcome !== "polled" || (verdict !== null && verdict.kind !== "ok" && verdict.kind !== "empty");
  log({
    stage: "poll",
    level: failed ? "warn" : "info",
    source,
    outcome,
    count: posts,
    reason: [detail, ...reasons.map(([reason, items]) => `${items} ${reason}`)].join("; "),
  });
  for (const [reason, items] of reasons)
    telemetry.count("items_left_out_total", { source, reason }, items);
}
