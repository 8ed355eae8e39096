import type { MetricLabels, MetricName } from "./metrics.ts";

/** Beside the time or the number: amounts of the one thing that is reported. */
export type MetricAmounts = { bytes?: number; attempts?: number; value?: number };

/**
 * Where every stage reports what it did. Never throws and never waits: a pipeline must not fail
 * because nobody counts. /metrics keeps the labels that METRICS names; the points of the analytics
 * keep all.
 */
export type Telemetry = {
  count(name: MetricName, labels?: MetricLabels, by?: number, amounts?: MetricAmounts): void;
  /** Milliseconds, into the histogram of that name. */
  observe(name: MetricName, labels: MetricLabels, ms: number, amounts?: MetricAmounts): void;
  /** A gauge as it is now, for its course over time; /metrics reads gauges itself. */
  sample(name: MetricName, labels: MetricLabels, value: number): void;
};

export const silentTelemetry: Telemetry = {
  count: () => undefined,
  observe: () => undefined,
  sample: () => undefined,
};

/** Reports everything to both. */
export const bothTelemetries = (first: Telemetry, second: Telemetry): Telemetry => ({
  count(...reported) {
    first.count(...reported);
    second.count(...reported);
  },
  observe(...reported) {
    first.observe(...reported);
    second.observe(...reported);
  },
  sample(...reported) {
    first.sample(...reported);
    second.sample(...reported);
  },
});
