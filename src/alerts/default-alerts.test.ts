import { expect, it } from "vitest";
import { alertsOf, DEFAULT_ALERTS } from "../../test/support/alerts.ts";
import { readTimeline, runTimeline } from "./timeline.ts";

const { alerts } = alertsOf(DEFAULT_ALERTS);
type Case = { fires: Record<string, unknown>; quiet: Record<string, unknown>; subject?: string };
const of = (scope: string, subject: string) => (values: Record<string, unknown>) => ({
  [scope]: { [subject]: values },
});
const pipeline = (values: Record<string, unknown>) => ({ pipeline: values });
const goplus = of("provider", "goplus");
const chat = of("channel", "chat");
const x = of("source", "x");
const posts = of("queue", "posts");

/** For each alert facts of which it is told, and the nearest of which it is not. */
const CASES: Record<string, Case> = {
  DatabaseDown: { fires: pipeline({ database_up: 0 }), quiet: pipeline({ database_up: 1 }) },
  DatabaseSlow: { fires: pipeline({ database_ms: 1001 }), quiet: pipeline({ database_ms: 1000 }) },
  BacklogOld: {
    fires: pipeline({ backlog_age_seconds: 121 }),
    quiet: pipeline({ backlog_age_seconds: 120 }),
  },
  BacklogStuck: {
    fires: pipeline({ backlog_age_seconds: 1801 }),
    quiet: pipeline({ backlog_age_seconds: 1800 }),
  },
  QueueOld: {
    fires: posts({ queue_age_seconds: 601, queue_backlog: 5 }),
    quiet: posts({ queue_age_seconds: 600, queue_backlog: 5 }),
    subject: "posts",
  },
  EndToEndSlow: {
    fires: pipeline({ end_to_end_p95_ms: 120_001, end_to_end_deliveries: 5 }),
    quiet: pipeline({ end_to_end_p95_ms: 120_001, end_to_end_deliveries: 4 }),
  },
  DeliveriesLate: {
    fires: pipeline({ delivery_age_seconds: 1801, outbox_backlog: 3 }),
    quiet: pipeline({ delivery_age_seconds: 1800, outbox_backlog: 3 }),
  },
  ProviderErrors: {
    fires: goplus({ provider_error_ratio: 0.51, provider_calls: 10 }),
    quiet: goplus({ provider_error_ratio: 0.51, provider_calls: 9 }),
    subject: "goplus",
  },
  ProviderBreakerOpen: {
    fires: goplus({ provider_breaker_open: 1 }),
    quiet: goplus({ provider_breaker_open: 0 }),
    subject: "goplus",
  },
  ProviderBudgetSpent: {
    fires: goplus({ provider_budget_spent: 0.9 }),
    quiet: goplus({ provider_budget_spent: 0.89 }),
    subject: "goplus",
  },
  ChannelErrors: {
    fires: chat({ channel_error_ratio: 0.6, channel_sends: 5 }),
    quiet: chat({ channel_error_ratio: 0.6, channel_sends: 4 }),
    subject: "chat",
  },
  ChannelFailing: {
    fires: chat({ channel_failing_minutes: 30, channel_status: "active" }),
    quiet: chat({ channel_failing_minutes: 29, channel_status: "active" }),
    subject: "chat",
  },
  DeadLetters: { fires: pipeline({ dead_letters: 1 }), quiet: pipeline({ dead_letters: 0 }) },
  SourceSilent: {
    fires: x({ source_silent_minutes: 120, source_posts_a_day: 50 }),
    quiet: x({ source_silent_minutes: 120, source_posts_a_day: 49 }),
    subject: "x",
  },
  ReloadRejected: {
    fires: pipeline({ reloads_rejected: 1 }),
    quiet: pipeline({ reloads_rejected: 0 }),
  },
  ArchiveFails: {
    fires: pipeline({ archive_failures: 1 }),
    quiet: pipeline({ archive_failures: 0 }),
  },
  RulesFail: { fires: pipeline({ rule_errors: 1 }), quiet: pipeline({ rule_errors: 0 }) },
  AuditContradictions: {
    fires: pipeline({ audit_contradictions: 1 }),
    quiet: pipeline({ audit_contradictions: 0 }),
  },
  RedisFails: { fires: pipeline({ redis_errors: 101 }), quiet: pipeline({ redis_errors: 100 }) },
  ApiErrors: {
    fires: pipeline({ api_error_ratio: 0.06, api_requests: 20 }),
    quiet: pipeline({ api_error_ratio: 0.05, api_requests: 20 }),
  },
};

function changesOf(name: string, given: Record<string, unknown>, minutes: number) {
  const read = readTimeline([{ at: "0m", ...given }]);
  if (read.kind === "refused") throw new Error(read.problems.join("; "));
  return runTimeline(alerts, read.steps, minutes * 60_000).filter(({ alert }) => alert === name);
}

it("is tried below, each of the shipped file", () => {
  expect(Object.keys(CASES)).toEqual(alerts.map(({ name }) => name));
});

it.each(Object.entries(CASES))("%s fires as it says, and not before", (name, given) => {
  const forMs = alerts.find((alert) => alert.name === name)?.forMs ?? 0;
  const minutes = forMs / 60_000;
  const fired = changesOf(name, given.fires, minutes).filter(({ change }) => change === "firing");
  expect(fired).toMatchObject([{ atMs: forMs, subject: given.subject ?? null }]);
  expect(fired[0]?.summary).not.toMatch(/[{}]|unknown/);
  if (minutes > 0)
    expect(changesOf(name, given.fires, minutes - 1)).toMatchObject([{ change: "pending" }]);
  expect(changesOf(name, given.quiet, minutes + 5)).toEqual([]);
});

it("says nothing of a pipeline of which nothing is known", () => {
  const read = readTimeline([{ at: "0m", provider: { goplus: {} }, channel: { chat: {} } }]);
  if (read.kind === "refused") throw new Error(read.problems.join("; "));
  expect(runTimeline(alerts, read.steps, 3_600_000)).toEqual([]);
});
