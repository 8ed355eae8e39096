import { utf8Prefix } from "../kit/utf8.ts";
import type { LeftOut } from "../model/source-status.ts";
import { labelsOf, type MetricLabels, type MetricName, writtenKey } from "./metrics.ts";
import type { Telemetry } from "./telemetry.ts";

/** Upper bounds in milliseconds: from one local call to the longest wait before a retry. */
export const BUCKETS = [
  5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
] as const;

/** `counts` has one cell a bucket and one more for what is slower than all. */
export type MetricHistogram = { counts: number[]; sum: number };

/**
 * Deltas of one isolate, or their sum. Keys are series in Prometheus form:
 * `posts_total{outcome="dropped",source="x"}`.
 */
export type MetricsSnapshot = {
  v: 1;
  counters: Record<string, number>;
  histograms: Record<string, MetricHistogram>;
};

export const emptySnapshot = (): MetricsSnapshot => ({ v: 1, counters: {}, histograms: {} });

/**
 * Collects in memory; `drain` hands over what came in since the last drain, or null when nothing
 * did.
 */
export type MetricsCollector = Telemetry & { drain(): MetricsSnapshot | null };

/** Names of series that an isolate keeps, not to make them anew. */
const MAX_NAMES = 5_000;

export function metricsCollector(): MetricsCollector {
  let deltas = emptySnapshot();
  const names = new Map<string, string>();

  function seriesOf(name: MetricName, labels: MetricLabels): string {
    const key = writtenKey(name, labels);
    const known = names.get(key);
    if (known !== undefined) return known;
    if (names.size >= MAX_NAMES) names.clear();
    const series = publishedSeries(name, labels);
    names.set(key, series);
    return series;
  }

  return {
    count(name, labels = {}, by = 1) {
      const key = seriesOf(name, labels);
      deltas.counters[key] = (deltas.counters[key] ?? 0) + by;
    },
    observe(name, labels, ms) {
      const key = seriesOf(name, labels);
      const histogram = deltas.histograms[key] ?? emptyHistogram();
      const bucket = BUCKETS.findIndex((bound) => ms <= bound);
      const cell = bucket < 0 ? BUCKETS.length : bucket;
      histogram.counts[cell] = (histogram.counts[cell] ?? 0) + 1;
      histogram.sum += ms;
      deltas.histograms[key] = histogram;
    },
    sample() {},
    drain() {
      if (Object.keys(deltas.counters).length + Object.keys(deltas.histograms).length === 0)
        return null;
      const drained = deltas;
      deltas = emptySnapshot();
      return drained;
    },
  };
}

const emptyHistogram = (): MetricHistogram => ({
  counts: Array.from({ length: BUCKETS.length + 1 }, () => 0),
  sum: 0,
});

/**
 * The sender of a post names its source, which is a label: past a number of series a metric counts
 * new ones together.
 */
const MAX_SERIES = 500;

/** The name and the labels of a series, as seriesName wrote them. */
export function seriesLabels(key: string): { name: string; labels: Record<string, string> } {
  const pairs = key.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  const labels = [...pairs].map(([, name = "", value = ""]) => [name, unescaped(value)]);
  return { name: metricOf(key), labels: Object.fromEntries(labels) };
}

const unescaped = (value: string): string =>
  value.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));

/** The counts of `items_left_out_total` of one source, by reason. */
export function leftOutIn(counters: MetricsSnapshot["counters"], source: string): LeftOut {
  return Object.fromEntries(
    Object.entries(counters).flatMap(([key, count]) => {
      if (metricOf(key) !== "items_left_out_total") return [];
      const { labels } = seriesLabels(key);
      return labels.source === source && labels.reason ? [[labels.reason, count]] : [];
    }),
  );
}

export const metricOf = (key: string): string => key.replace(/\{.*$/s, "");

/** By the label that OpenTelemetry gives to such a series. */
const overflow = (key: string): string =>
  seriesName(metricOf(key), { otel_metric_overflow: "true" });

/**
 * The key under which a series is counted: its own, or the overflow of its metric when that holds
 * too many.
 */
function admission(held: Record<string, unknown>): (key: string) => string {
  const counts = new Map<string, number>();
  for (const key of Object.keys(held))
    counts.set(metricOf(key), (counts.get(metricOf(key)) ?? 0) + 1);
  return (key) => {
    if (key in held) return key;
    const count = counts.get(metricOf(key)) ?? 0;
    if (count >= MAX_SERIES) return overflow(key);
    counts.set(metricOf(key), count + 1);
    return key;
  };
}

/**
 * Adds `more` to `total`. Order and grouping don't matter, so isolates may flush when they like.
 */
export function mergeMetrics(total: MetricsSnapshot, more: MetricsSnapshot): MetricsSnapshot {
  const counters = { ...total.counters };
  const counter = admission(counters);
  for (const [given, value] of Object.entries(more.counters)) {
    const key = counter(given);
    counters[key] = (counters[key] ?? 0) + value;
  }
  const histograms = { ...total.histograms };
  const histogram = admission(histograms);
  for (const [given, { counts, sum }] of Object.entries(more.histograms)) {
    const key = histogram(given);
    const before = histograms[key] ?? emptyHistogram();
    histograms[key] = {
      counts: before.counts.map((count, cell) => count + (counts[cell] ?? 0)),
      sum: before.sum + sum,
    };
  }
  return { v: 1, counters, histograms };
}

/** The series of /metrics: the labels that the metric has there. */
function publishedSeries(name: MetricName, labels: MetricLabels): string {
  const published = labelsOf(name);
  return seriesName(
    name,
    Object.fromEntries(Object.entries(labels).filter(([label]) => published.includes(label))),
  );
}

/** The series' name and labels, sorted, so that equal labels in any order are one series. */
export function seriesName(name: string, labels: MetricLabels): string {
  const pairs = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}="${escaped(value)}"`);
  const safe = name.replace(/[^a-zA-Z0-9_]/g, "_");
  return pairs.length === 0 ? safe : `${safe}{${pairs.join(",")}}`;
}

const MAX_LABEL_BYTES = 100;

/**
 * Label values come from outside (sources, error codes): bounded, and escaped as the exposition
 * format asks.
 */
const escaped = (value: string): string =>
  utf8Prefix(value, MAX_LABEL_BYTES)
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
