import { type PollPorts, type PollReport, pollDue } from "../src/sources/poll.ts";
import type { Source } from "../src/sources/source.ts";
import type { Ground } from "./ports.ts";

export type CronPorts = Ground & {
  sources: readonly Source[];
  variables: Record<string, string>;
  poll: PollPorts;
  /** Holds the connections of stream sources open. Never throws. */
  keepStreams(): Promise<void>;
  /** Deletes what is old. May throw: the next hour goes on. */
  retain(): Promise<void>;
  sweeper: { wake(at: number): Promise<void>; expectPosts(at: number): Promise<void> };
};

export const EVERY_MINUTE = "* * * * *";

/** One tick. The platform promises neither that it comes nor that it comes once: cursors and the sweeper's one alarm make repeats harmless. */
export async function scheduled(event: { cron: string; scheduledTime: number }, ports: CronPorts): Promise<void> {
  if (event.cron !== EVERY_MINUTE) return net(event.scheduledTime, ports);
  const [reports] = await Promise.all([pollDue(ports.sources, ports.variables, ports.poll), ports.keepStreams()]);
  for (const report of reports) note(report, ports);
}

/** The hourly net under what the sweeper forgot: at midnight it looks at the posts, else at the outbox. Then what is old goes. */
async function net(scheduledTime: number, { sweeper, retain, now, log }: CronPorts): Promise<void> {
  if (new Date(scheduledTime).getUTCHours() === 0) await sweeper.expectPosts(now());
  else await sweeper.wake(now());
  await retain().catch((error) => log({ stage: "retention", level: "warn", outcome: "failed", reason: String(error) }));
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
