import type { ProviderStatus } from "../http/provider-guard.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { PipelineBacklog } from "../store/overview.ts";
import { type AlertFactValues, noPipelineFacts, type PipelineFacts } from "./alert-facts.ts";
import type { CountWindow } from "./counts.ts";
import { postsADay, type SourcePaces } from "./source-pace.ts";

/** The last look at the database. `ms` is null unless it was this tick's. */
export type DatabaseLook = {
  up: boolean;
  ms: number | null;
  backlog: PipelineBacklog | null;
  channels: Pick<ChannelConfig, "name" | "status" | "failingSince">[];
};

/** Messages in a queue; null where the platform does not say. */
export type QueueDepth = { waiting: number; oldestAt: number | null };

/** All that is known without asking anybody. */
export type KnownPipeline = {
  now: number;
  windowOf(minutes: number): CountWindow;
  queues: Record<string, QueueDepth>;
  providers: ProviderStatus[];
  sources: SourcePaces;
  look: DatabaseLook | null;
  auditFindings: number;
};

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const secondsSince = (at: string | null | undefined, now: number): number =>
  at ? Math.max(0, now - Date.parse(at)) / 1_000 : 0;

type KnownInWindow = KnownPipeline & { window: CountWindow };

/** The facts that conditions name; what is counted, of the last minutes. */
export function gatherFacts(pipeline: KnownPipeline, minutes: number): PipelineFacts {
  const known = { ...pipeline, window: pipeline.windowOf(minutes) };
  const facts = noPipelineFacts();
  const { provider, channel, source, queue } = facts.subjects;
  facts.pipeline = { ...countedFacts(known), ...databaseFacts(known) };
  for (const status of known.providers) provider[status.provider] = providerFacts(status, known);
  for (const config of known.look?.channels ?? [])
    channel[config.name] = channelFacts(config, known);
  for (const [name, pace] of Object.entries(known.sources))
    source[name] = {
      source_posts: known.window.count(`source ${name}`),
      source_silent_minutes: (known.now - pace.lastAt) / 60_000,
      source_posts_a_day: postsADay(pace),
    };
  for (const [name, { waiting, oldestAt }] of Object.entries(known.queues))
    queue[name] = {
      queue_backlog: waiting,
      queue_age_seconds:
        waiting === 0 || oldestAt === null ? 0 : Math.max(0, known.now - oldestAt) / 1_000,
    };
  return facts;
}

const countedFacts = ({ window, auditFindings }: KnownInWindow): AlertFactValues => ({
  posts_accepted: window.count("accepted"),
  end_to_end_deliveries: window.count("end_to_end"),
  end_to_end_p95_ms: window.p95("end_to_end"),
  reloads_rejected: window.count("reloads rejected"),
  rule_errors: window.count("rule errors"),
  archive_failures: window.count("archive failed"),
  redis_errors: window.count("redis failed"),
  api_requests: window.count("api"),
  api_error_ratio: ratio(window.count("api failed"), window.count("api")),
  audit_contradictions: auditFindings,
});

function databaseFacts({ look, now }: KnownPipeline): AlertFactValues {
  if (look === null) return {};
  const { backlog } = look;
  return {
    database_up: look.up ? 1 : 0,
    database_ms: look.ms,
    ...(backlog && {
      backlog_age_seconds: secondsSince(backlog.oldestPost, now),
      outbox_backlog: backlog.outbox,
      delivery_age_seconds: secondsSince(backlog.oldestDelivery, now),
      dead_letters: backlog.deadLetters,
    }),
  };
}

function providerFacts(status: ProviderStatus, { window }: KnownInWindow): AlertFactValues {
  const { provider, breaker, budget, budgetLeft } = status;
  const calls = window.count(`provider ${provider}`);
  return {
    provider_calls: calls,
    provider_error_ratio: ratio(window.count(`provider failed ${provider}`), calls),
    provider_p95_ms: window.p95(`provider ${provider}`),
    provider_breaker_open: breaker === "closed" ? 0 : 1,
    provider_budget_spent: budget ? 1 - (budgetLeft ?? 0) / budget : null,
  };
}

function channelFacts(
  { name, status, failingSince }: DatabaseLook["channels"][number],
  { window, now }: KnownInWindow,
): AlertFactValues {
  const sends = window.count(`channel ${name}`);
  return {
    channel_sends: sends,
    channel_error_ratio: ratio(window.count(`channel failed ${name}`), sends),
    channel_failing_minutes: secondsSince(failingSince, now) / 60,
    channel_status: status,
  };
}
