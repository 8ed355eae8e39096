import type { AlertScope } from "../model/alert.ts";

/** How a number is written in a message, and what it counts. */
export type AlertUnit = "count" | "share" | "flag" | "ms" | "seconds" | "minutes";

export type AlertFact = {
  scope: AlertScope;
  /** A text has its values; all else are numbers. */
  unit: AlertUnit | "text";
  help: string;
};

/** Counts, shares and percentiles are of this time, unless an alert names another. */
export const WINDOW_MINUTES = 15;
/** The longest that an alert may name. */
export const MAX_WINDOW_MINUTES = 60;

const about =
  (scope: AlertScope) =>
  (unit: AlertFact["unit"], help: string): AlertFact => ({ scope, unit, help });
const pipeline = about("pipeline");
const provider = about("provider");
const channel = about("channel");
const source = about("source");
const queue = about("queue");

/** What an alert's condition may name. What is not known is null, and compares as false. */
export const ALERT_FACTS = {
  posts_accepted: pipeline("count", "Posts accepted"),
  backlog_age_seconds: pipeline("seconds", "Age of the oldest post without an outcome"),
  outbox_backlog: pipeline("count", "Deliveries that are not finished"),
  delivery_age_seconds: pipeline("seconds", "How long the oldest delivery has been due"),
  dead_letters: pipeline("count", "Dead letters that were not replayed"),
  end_to_end_deliveries: pipeline("count", "Deliveries whose post's acceptance is known"),
  end_to_end_p95_ms: pipeline("ms", "95 % of them took no longer from acceptance on"),
  reloads_rejected: pipeline("count", "Rules and lists that were refused"),
  rule_errors: pipeline("count", "Rules that failed to evaluate"),
  archive_failures: pipeline("count", "Times that old rows could not be archived"),
  redis_errors: pipeline("count", "Calls of Redis that failed"),
  api_requests: pipeline("count", "Requests to the API"),
  api_error_ratio: pipeline("share", "Share of them answered with a 5xx"),
  audit_contradictions: pipeline("count", "What the hourly audits of the last day found"),
  database_up: pipeline("flag", "1: it answered at the last look; 0: it did not"),
  database_ms: pipeline("ms", "How long it took to answer; unknown while it sleeps"),
  provider_calls: provider("count", "Calls of it"),
  provider_error_ratio: provider("share", "Share of them that failed"),
  provider_p95_ms: provider("ms", "95 % of them took no longer"),
  provider_breaker_open: provider("flag", "1: its breaker is open or on trial"),
  provider_budget_spent: provider("share", "Share of the day's budget that is spent"),
  channel_sends: channel("count", "Attempts to deliver to it"),
  channel_error_ratio: channel("share", "Share of them that failed"),
  channel_failing_minutes: channel("minutes", "Since its first failure after its last success"),
  channel_status: channel("text", "active, paused or disabled"),
  source_posts: source("count", "Posts accepted from it"),
  source_silent_minutes: source("minutes", "Since its last accepted post"),
  source_posts_a_day: source("count", "Posts in the day before its last post"),
  queue_backlog: queue("count", "Messages that wait in it"),
  queue_age_seconds: queue("seconds", "Age of the oldest of them"),
} satisfies Record<string, AlertFact>;

export type AlertFactName = keyof typeof ALERT_FACTS;

export const ALERT_FACT_NAMES = Object.keys(ALERT_FACTS) as AlertFactName[];

export const alertFact = (name: string): AlertFact | undefined =>
  Object.hasOwn(ALERT_FACTS, name) ? ALERT_FACTS[name as AlertFactName] : undefined;

export type AlertFactValues = Partial<Record<AlertFactName, number | string | null>>;

/** The facts of the pipeline, and of each subject by its scope and name. */
export type PipelineFacts = {
  pipeline: AlertFactValues;
  subjects: Record<Exclude<AlertScope, "pipeline">, Record<string, AlertFactValues>>;
};

export const noPipelineFacts = (): PipelineFacts => ({
  pipeline: {},
  subjects: { provider: {}, channel: {}, source: {}, queue: {} },
});
