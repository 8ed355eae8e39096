import { describe, expect, it } from "vitest";
import { emptySnapshot, leftOutIn, mergeMetrics, metricsCollector } from "./collector.ts";
import { prometheusText } from "./prometheus.ts";

describe("metrics", () => {
  it("hands over what came in since the last drain, once", () => {
    const metrics = metricsCollector();
    metrics.count("events_total");
    metrics.count("events_total", {}, 2);
    expect(metrics.drain()?.counters).toEqual({ events_total: 3 });
    expect(metrics.drain()).toBeNull();
  });

  it("takes equal labels in any order for one series", () => {
    const metrics = metricsCollector();
    metrics.count("posts_total", { source: "x", outcome: "dropped" });
    metrics.count("posts_total", { outcome: "dropped", source: "x" });
    expect(metrics.drain()?.counters).toEqual({ 'posts_total{outcome="dropped",source="x"}': 2 });
  });

  it("counts under one overflow series what would be more series than a metric may hold", () => {
    const hostile = metricsCollector();
    for (let source = 0; source < 2_000; source++) {
      hostile.count("posts_total", { source: `s${source}` });
      hostile.observe("http_request_ms", { route: `r${source}` }, 1);
    }
    const held = mergeMetrics(emptySnapshot(), hostile.drain() ?? emptySnapshot());
    const late = metricsCollector();
    for (const source of ["s0", "new"]) late.count("posts_total", { source });
    late.count("events_total");
    const { counters, histograms } = mergeMetrics(held, late.drain() ?? emptySnapshot());
    expect(Object.keys(histograms)).toHaveLength(501);
    expect(Object.keys(counters)).toHaveLength(502);
    expect(counters).toMatchObject({
      'posts_total{source="s0"}': 2,
      'posts_total{otel_metric_overflow="true"}': 1_501,
      events_total: 1,
    });
  });

  it("sums to the same totals however isolates are grouped", () => {
    const parts = [3, 40, 7_000_000].map((ms, index) => {
      const metrics = metricsCollector();
      metrics.observe("pipeline_latency_ms", { stage: "filter" }, ms);
      metrics.count("posts_total", { source: String(index % 2) });
      return metrics.drain() ?? emptySnapshot();
    });
    const [a, b, c] = parts as [(typeof parts)[0], (typeof parts)[0], (typeof parts)[0]];
    expect(mergeMetrics(mergeMetrics(a, b), c)).toEqual(mergeMetrics(a, mergeMetrics(b, c)));
    expect(
      mergeMetrics(mergeMetrics(a, b), c).histograms['pipeline_latency_ms{stage="filter"}']?.sum,
    ).toBe(7_000_043);
  });
});

describe("prometheusText", () => {
  const metrics = metricsCollector();
  metrics.observe("external_request_ms", { provider: "goplus" }, 12);
  metrics.observe("external_request_ms", { provider: "goplus" }, 999_999);
  metrics.count("external_error_total_429", { provider: "goplus" });
  metrics.count("posts_total", { source: 'we"ird\n', outcome: "dropped" });
  const text = prometheusText(metrics.drain() ?? emptySnapshot(), [
    { name: "outbox_backlog", value: 4 },
    { name: "queue_backlog", labels: { queue: "posts" }, value: 0 },
  ]);

  it("counts a histogram's buckets cumulatively", () => {
    expect(text).toContain('external_request_ms_bucket{provider="goplus",le="10"} 0\n');
    expect(text).toContain('external_request_ms_bucket{provider="goplus",le="25"} 1\n');
    expect(text).toContain('external_request_ms_bucket{provider="goplus",le="+Inf"} 2\n');
    expect(text).toContain('external_request_ms_sum{provider="goplus"} 1000011\n');
    expect(text).toContain('external_request_ms_count{provider="goplus"} 2\n');
  });

  it("declares each family once, also those that saw nothing yet", () => {
    const declared = text.match(/^# TYPE \S+/gm) ?? [];
    expect(new Set(declared).size).toBe(declared.length);
    expect(text).toContain("# TYPE telegram_send_total counter\n");
    expect(text).toContain(
      '# TYPE external_error_total_429 counter\nexternal_error_total_429{provider="goplus"} 1\n',
    );
  });

  it("escapes labels and writes nothing that is not a sample or a comment", () => {
    expect(text).toContain('posts_total{outcome="dropped",source="we\\"ird\\n"} 1\n');
    const sample = /^[a-z_0-9]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? -?[\d.e+]+$/;
    expect(
      text
        .trimEnd()
        .split("\n")
        .filter((line) => !line.startsWith("# ") && !sample.test(line)),
    ).toEqual([]);
  });

  it("reads gauges from the caller", () => {
    expect(text).toContain("# TYPE outbox_backlog gauge\noutbox_backlog 4\n");
    expect(text).toContain('queue_backlog{queue="posts"} 0\n');
  });
});

it("tells what a source left out, by reason, apart from other sources and metrics", () => {
  const collector = metricsCollector();
  const left = (source: string, reason: string, by: number) =>
    collector.count("items_left_out_total", { source, reason }, by);
  left("webhook", "invalid_author", 2);
  left("webhook", "invalid_author", 1);
  left("webhook", "dated_ahead", 1);
  left("jetstream", "unreadable_frame", 5);
  collector.count("posts_total", { source: "webhook", outcome: "dropped", reason: "spam" });
  const { counters = {} } = collector.drain() ?? {};
  expect(leftOutIn(counters, "webhook")).toEqual({ invalid_author: 3, dated_ahead: 1 });
  expect(leftOutIn(counters, "jetstream")).toEqual({ unreadable_frame: 5 });
  expect(leftOutIn(counters, "cloudevents")).toEqual({});
});
