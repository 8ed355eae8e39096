import { BUCKETS, type MetricHistogram, type MetricsSnapshot } from "../observability/collector.ts";

export type SeriesTotal = { labels: Record<string, string>; count: number };

/** The labels of a series in Prometheus form. */
function labelsIn(series: string): Record<string, string> {
  const pairs = series.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries(
    [...pairs].map(([, name = "", value = ""]) => [
      name,
      value.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char)),
    ]),
  );
}

const isOf = (metric: string, series: string): boolean =>
  series === metric || series.startsWith(`${metric}{`);

/** The totals of a counter since the deployment began, series by series. */
export const countersOf = (totals: MetricsSnapshot, metric: string): SeriesTotal[] =>
  Object.entries(totals.counters)
    .filter(([series]) => isOf(metric, series))
    .map(([series, count]) => ({ labels: labelsIn(series), count }));

/** Of the errors of outside services the code stands in the name. */
export const errorsOf = (totals: MetricsSnapshot): SeriesTotal[] =>
  Object.entries(totals.counters).flatMap(([series, count]) => {
    const [, code] = /^external_error_total_([^{]+)/.exec(series) ?? [];
    return code === undefined ? [] : [{ labels: { ...labelsIn(series), code }, count }];
  });

export type HistogramTotal = SeriesTotal & { p50: number; p95: number; p99: number };

export const histogramsOf = (totals: MetricsSnapshot, metric: string): HistogramTotal[] =>
  Object.entries(totals.histograms)
    .filter(([series]) => isOf(metric, series))
    .map(([series, histogram]) => ({
      labels: labelsIn(series),
      count: histogram.counts.reduce((sum, cell) => sum + cell, 0),
      p50: quantileOf(histogram, 0.5),
      p95: quantileOf(histogram, 0.95),
      p99: quantileOf(histogram, 0.99),
    }));

/** As Prometheus estimates it: by a straight line within the bucket. */
function quantileOf({ counts }: MetricHistogram, share: number): number {
  const rank = share * counts.reduce((sum, cell) => sum + cell, 0);
  let below = 0;
  for (const [cell, count] of counts.entries()) {
    const upper = BUCKETS[cell] ?? BUCKETS[BUCKETS.length - 1] ?? 0;
    const lower = cell === 0 ? 0 : (BUCKETS[cell - 1] ?? upper);
    if (below + count >= rank && count > 0)
      return Math.round(lower + ((upper - lower) * (rank - below)) / count);
    below += count;
  }
  return 0;
}
