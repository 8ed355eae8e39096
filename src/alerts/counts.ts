import { BUCKETS, type MetricsSnapshot, seriesLabels } from "../observability/collector.ts";
import { MAX_WINDOW_MINUTES } from "./alert-facts.ts";

/**
 * What the metrics counted in all until a time, by name: numbers that only grow. A histogram has a
 * number for each bucket.
 */
export type CountSample = { at: number; counts: Record<string, number[]> };

const MINUTE_MS = 60_000;
/** A tick may come late. */
const SLACK_MS = 30_000;

/** Adds up series under the name that alerts know them by. */
export function sampleCounts({ counters, histograms }: MetricsSnapshot, at: number): CountSample {
  const counts: Record<string, number[]> = {};
  const add = (name: string, values: readonly number[]): void => {
    const sum = counts[name] ?? values.map(() => 0);
    counts[name] = sum.map((value, cell) => value + (values[cell] ?? 0));
  };
  for (const [key, value] of Object.entries(counters))
    for (const name of namesOfCounter(key)) add(name, [value]);
  for (const [key, { counts: cells }] of Object.entries(histograms)) {
    const { name, labels } = seriesLabels(key);
    if (name === "end_to_end_ms") add("end_to_end", cells);
    if (name === "external_request_ms") add(`provider ${labels.provider}`, cells);
    if (name === "pipeline_latency_ms") add("steps", [total(cells)]);
    if (name !== "http_request_ms") continue;
    add("api", [total(cells)]);
    if (labels.status?.startsWith("5")) add("api failed", [total(cells)]);
  }
  return { at, counts };
}

const ERRORS = "external_error_total_";

function namesOfCounter(key: string): string[] {
  const { name, labels } = seriesLabels(key);
  if (name === `${ERRORS}redis`) return ["redis failed"];
  if (name.startsWith(ERRORS)) return [`provider failed ${labels.provider}`];
  if (name === "posts_total" && labels.outcome === "accepted")
    return ["accepted", `source ${labels.source}`];
  if (name === "channel_sends_total")
    return labels.result === "ok"
      ? [`channel ${labels.name}`]
      : [`channel ${labels.name}`, `channel failed ${labels.name}`];
  if (name === "config_reload_total" && labels.result === "rejected") return ["reloads rejected"];
  if (name === "archive_failures_total") return ["archive failed"];
  return name === "rule_errors_total" ? ["rule errors"] : [];
}

const total = (cells: readonly number[]): number => cells.reduce((sum, count) => sum + count, 0);

/** What came between two samples. Totals that fell were lost in part: nothing is known of them. */
export type CountWindow = {
  names(prefix: string): string[];
  count(name: string): number;
  /** The upper bound, in ms, under which 95 % of a histogram lie; null of an empty one. */
  p95(name: string): number | null;
};

/** The last minutes, or what there is of them. */
export function countWindow(
  samples: readonly CountSample[],
  now: CountSample,
  minutes: number,
): CountWindow {
  const from = now.at - minutes * MINUTE_MS + SLACK_MS;
  const base = samples.findLast(({ at }) => at <= from) ?? samples[0] ?? now;
  const cells = (name: string): number[] =>
    (now.counts[name] ?? []).map((count, cell) =>
      Math.max(0, count - (base.counts[name]?.[cell] ?? 0)),
    );
  return {
    names: (prefix) =>
      Object.keys(now.counts).flatMap((name) =>
        name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
      ),
    count: (name) => total(cells(name)),
    p95: (name) => quantile(cells(name), 0.95),
  };
}

/** As Prometheus has it: linear within the bucket; the last bound for what is slower than all. */
function quantile(cells: readonly number[], share: number): number | null {
  const wanted = total(cells) * share;
  if (wanted === 0) return null;
  let below = 0;
  for (const [cell, count] of cells.entries()) {
    if (below + count >= wanted && cell < BUCKETS.length) {
      const from = BUCKETS[cell - 1] ?? 0;
      const to = BUCKETS[cell] ?? from;
      return from + ((to - from) * (wanted - below)) / count;
    }
    below += count;
  }
  return BUCKETS.at(-1) ?? null;
}

/** Those that a later window can begin with. */
export const keptSamples = (samples: readonly CountSample[], now: number): CountSample[] =>
  samples.filter(({ at }) => at > now - MAX_WINDOW_MINUTES * MINUTE_MS - 2 * SLACK_MS && at <= now);

/** Whether something happened since `before` that asks the database anyway. */
export const isAtWork = (before: CountSample | undefined, now: CountSample): boolean =>
  before !== undefined &&
  ["steps", "accepted", "api"].some(
    (name) => total(now.counts[name] ?? []) > total(before.counts[name] ?? []),
  );
