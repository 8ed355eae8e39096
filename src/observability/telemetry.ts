import type { MetricLabels, MetricName } from "./metrics.ts";

/**
 * Where every stage reports what it did. Never throws and never waits: a pipeline must not fail
 * because nobody counts.
 */
export type Telemetry = {
  count(name: MetricName, labels?: MetricLabels, by?: number): void;
  /** Milliseconds, into the histogram of that name. */
  observe(name: MetricName, labels: MetricLabels, ms: number): void;
};

export const silentTelemetry: Telemetry = { count: () => undefined, observe: () => undefined };
