import { utf8Prefix } from "../../src/kit/utf8.ts";
import type { MetricsSnapshot } from "../../src/observability/collector.ts";

/**
 * Analytics Engine takes 25 points an invocation and drops the rest in silence; ours stay below.
 */
const MAX_POINTS = 20;
/** Of UTF-8. A point that is larger is dropped in silence. */
const MAX_INDEX_BYTES = 96;
const MAX_BLOB_BYTES = 16_000;

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
        indexes: [utf8Prefix(series.replace(/\{.*$/s, ""), MAX_INDEX_BYTES)],
        blobs: [utf8Prefix(series, MAX_BLOB_BYTES)],
        doubles: [count, sum],
      });
    } catch {
      return;
    }
  }
}
