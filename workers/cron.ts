import { type PollPorts, type PollReport, pollDue } from "../src/sources/poll.ts";
import type { Source } from "../src/sources/source.ts";
import type { Ground } from "./ports.ts";
import { type Retained, retainedIn } from "./retention.ts";

export type CronPorts = Ground & {
  sources: readonly Source[];
  variables: Record<string, string>;
  poll: PollPorts;
  /** Posts of the source were read and not accepted. Never throws. */
  held(source: string): Promise<void>;
  /** Holds the connections of stream sources open. Never throws. */
  keepStreams(): Promise<void>;
  /** Deletes what is old of one kind. May throw: the next day goes on. */
  retain(what: Retained): Promise<void>;
  sweeper: { wake(at: number): Promise<void>; expectPosts(at: number): Promise<void> };
};

export const EVERY_MINUTE = "* * * * *";

/** One tick. The platform promises neither that it comes nor that it comes once: cursors and the sweeper's one alarm make repeats harmless. */
export async function scheduled(event: { cron: string; scheduledTime: number }, ports: CronPorts): Promise<void> {
  if (event.cron !== EVERY_MINUTE) return net(event.scheduledTime, ports);
  const [reports] = await Promise.all([pollDue(ports.sources, ports.variables, ports.poll), ports.keepStreams()]);
  for (const report of reports) {
    note(report, ports);
    if (report.outcome === "held") await ports.held(report.source);
  }
}

/** The alarm at midnight looks at the outbox as well as at the posts, so the hour before has nothing of its own. */
const NOTHING_AT = 23;

/**
 * The hourly net under what the sweeper forgot: one query an hour while nothing happens, so that a database that sleeps is woken 24 times a day at
 * most. It looks at the outbox, at midnight at the posts too; in some hours what is old goes instead.
 */
async function net(scheduledTime: number, { sweeper, retain, now, log }: CronPorts): Promise<void> {
  const hour = new Date(scheduledTime).getUTCHours();
  const old = retainedIn(hour);
  if (hour === 0) await sweeper.expectPosts(now());
  else if (old !== undefined)
    await retain(old).catch((error) => log({ stage: "retention", level: "warn", outcome: "failed", reason: String(error) }));
  else if (hour !== NOTHING_AT) await sweeper.wake(now());
}

/** What a poll brought, for the log. */
export function note({ source, outcome, verdict, posts, rejected, detail }: PollReport, { log }: Ground): void {
  if (outcome === "off" || outcome === "not due") return;
  const failed = outcome !== "polled" || (verdict !== null && verdict.kind !== "ok" && verdict.kind !== "empty");
  log({
    stage: "poll",
    level: failed ? "warn" : "info",
    source,
    outcome,
    count: posts,
    reason: rejected > 0 ? `${detail}; ${rejected} unreadable` : detail,
  });
}
