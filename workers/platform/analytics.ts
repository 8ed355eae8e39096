import type { MetricsSnapshot } from "../../src/observability/collector.ts";

/**
 * Analytics Engine takes 25 points an invocation and drops the rest in silence; ours stay below.
 */
const MAX_POINTS = 20;

/**
 * Writes an invocation's counters and histograms as points: index = metric name, blob1 = the whole
 * series with its labels, double1 = count, double2 = sum in ms (histograms). The largest series win
 * when there are too many. Never throws: nobody waits for statistics.
 */
export function writePoints(
  dataset: Pick<AnalyticsEngineDataset, "writeDataPoint">,
  deltas: MetricsSnapshot,
): void {
  const counters = Object.entries(deltas.counters).map(([series, count]) => ({
    series,
    count,
    sum: 0,
  }));
  const histograms = Object.entries(deltas.histograms).map(([series, { counts, sum }]) => ({
    series,
    count: counts.reduce((total, cell) => total + cell, 0),
    sum,
  }));
  const points = [...counters, ...histograms]
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_POINTS);
  for (const { series, count, sum } of points) {
    try {
      dataset.writeDataPoint({
        indexes: [series.replace(/\{.*$/s, "").slice(0, 96)],
        blobs: [series],
        doubles: [count, sum],
      });
    } catch {
      return;
    }
  }
}
