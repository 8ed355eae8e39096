/**
 * Every metric that the product publishes, with its meaning. Dashboards rely on the names. `labels`
 * are those of /metrics; points of the analytics keep the others too.
 */
export const METRICS = {
  pipeline_latency_ms: {
    kind: "histogram",
    labels: ["stage"],
    help: "Time spent in a stage of the pipeline, in milliseconds.",
  },
  end_to_end_ms: {
    kind: "histogram",
    labels: [],
    help: "From a post being accepted to its delivery being done, in milliseconds.",
  },
  external_request_ms: {
    kind: "histogram",
    labels: ["provider"],
    help: "Time of a request to an outside provider, in milliseconds.",
  },
  http_request_ms: {
    kind: "histogram",
    labels: ["route", "status"],
    help: "Time to answer an HTTP request, in milliseconds.",
  },
  facts_total: {
    kind: "counter",
    labels: ["provider", "status"],
    help: "Answers of enrichment by provider and status; unasked: no contract was known.",
  },
  posts_total: {
    kind: "counter",
    labels: ["source", "outcome", "reason"],
    help: "Posts by source and how they ended.",
  },
  items_left_out_total: {
    kind: "counter",
    labels: ["source", "reason"],
    help: "Items of a polled source that became no post, by source and reason.",
  },
  traceparents_total: {
    kind: "counter",
    labels: ["result"],
    help: "Traceparents that senders gave: taken, or malformed and ignored.",
  },
  events_total: { kind: "counter", labels: ["type"], help: "Events created." },
  signals_total: { kind: "counter", labels: ["state"], help: "Signals by the state they entered." },
  telegram_send_total: {
    kind: "counter",
    labels: ["result"],
    help: "Messages sent to Telegram by result.",
  },
  delivery_total: {
    kind: "counter",
    labels: ["channel", "result"],
    help: "Delivery attempts by channel and result.",
  },
  channel_sends_total: {
    kind: "counter",
    labels: ["name", "result"],
    help: "Delivery attempts by the channel's name: ok or failed.",
  },
  delivery_ambiguous_total: {
    kind: "counter",
    labels: ["channel"],
    help: "Sends whose answer was lost: they may have arrived.",
  },
  config_reload_total: {
    kind: "counter",
    labels: ["result"],
    help: "Reloads of rules and lists by result: loaded or rejected.",
  },
  rule_errors_total: {
    kind: "counter",
    labels: ["rule"],
    help: "Rules that failed to evaluate, by rule.",
  },
  archived_rows_total: {
    kind: "counter",
    labels: ["type"],
    help: "Old rows written to the archive before they were deleted, by kind.",
  },
  archived_bytes_total: {
    kind: "counter",
    labels: ["type"],
    help: "Bytes of the files that the archive was given, by kind.",
  },
  archive_failures_total: {
    kind: "counter",
    labels: ["type"],
    help: "Batches that could not be archived: their rows are kept until they are.",
  },
  outbox_backlog: { kind: "gauge", labels: [], help: "Deliveries that are not finished." },
  dead_letters: { kind: "gauge", labels: [], help: "Dead letters that were not replayed." },
  queue_backlog: { kind: "gauge", labels: ["queue"], help: "Messages waiting in a queue." },
  cache_total: {
    kind: "counter",
    labels: ["provider", "result"],
    help: "Looks into the cache of a provider's facts: hit, stale or miss.",
  },
  pipeline_fact: {
    kind: "gauge",
    labels: ["fact", "provider", "channel", "source", "queue"],
    help: "Facts of the alerts that no counter holds, as at the last evaluation (docs/alerts.md).",
  },
  alert_notices_total: {
    kind: "counter",
    labels: ["result"],
    help: "Notices about alerts by how sending them ended.",
  },
  breaker_changes_total: {
    kind: "counter",
    labels: ["provider", "state"],
    help: "Breakers that opened or closed, by the state they entered.",
  },
  breaker_state: {
    kind: "gauge",
    labels: ["provider"],
    help: "Circuit breaker of a provider: 0 closed, 1 half open, 2 open.",
  },
} as const;

/**
 * Errors of outside services are counted under their code: external_error_total_429,
 * external_error_total_timeout.
 */
export type MetricName = keyof typeof METRICS | `external_error_total_${string}`;

export type MetricLabels = Readonly<Record<string, string>>;

/** The labels of a metric in /metrics. Errors of outside services have their provider. */
export const labelsOf = (name: MetricName): readonly string[] =>
  name in METRICS ? METRICS[name as keyof typeof METRICS].labels : ["provider"];

/** Equal for equal labels in an equal order: found sooner than the name of a series is made. */
export function writtenKey(name: MetricName, labels: MetricLabels): string {
  let key: string = name;
  for (const label in labels) key += `\u0000${label}\u0000${labels[label]}`;
  return key;
}
