import {
  BUCKETS,
  type MetricHistogram,
  type MetricsSnapshot,
  metricOf,
  seriesName,
} from "./collector.ts";
import { METRICS, type MetricLabels } from "./metrics.ts";

export type MetricGauge = { name: keyof typeof METRICS; labels?: MetricLabels; value: number };

const ERRORS = "external_error_total_";

/**
 * Prometheus text exposition, version 0.0.4. Gauges are read at the time of the scrape, by the
 * caller.
 */
export function prometheusText(totals: MetricsSnapshot, gauges: MetricGauge[]): string {
  const samples = new Map<string, string[]>();
  const add = (family: string, lines: string[]) =>
    samples.set(family, [...(samples.get(family) ?? []), ...lines]);
  for (const [key, value] of sorted(totals.counters)) add(metricOf(key), [`${key} ${value}`]);
  for (const [key, histogram] of sorted(totals.histograms))
    add(metricOf(key), histogramLines(key, histogram));
  for (const { name, labels = {}, value } of gauges)
    add(name, [`${seriesName(name, labels)} ${value}`]);

  const declared = Object.entries(METRICS).map(([name, { kind, help }]) =>
    family(name, kind, help, samples.get(name) ?? []),
  );
  const errors = [...samples.keys()]
    .filter((name) => name.startsWith(ERRORS))
    .sort()
    .map((name) =>
      family(
        name,
        "counter",
        `Outside calls that ended as ${name.slice(ERRORS.length)}.`,
        samples.get(name) ?? [],
      ),
    );
  return [...declared, ...errors].join("");
}

/** By series, so that two scrapes of the same totals are the same text. */
const sorted = <T>(record: Record<string, T>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const family = (name: string, kind: string, help: string, lines: string[]): string =>
  `${[`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines].join("\n")}\n`;

function histogramLines(key: string, { counts, sum }: MetricHistogram): string[] {
  const name = metricOf(key);
  const labels = key.slice(name.length + 1, -1);
  const withLe = (bound: string) =>
    `${name}_bucket{${labels === "" ? "" : `${labels},`}le="${bound}"}`;
  const suffix = labels === "" ? "" : `{${labels}}`;
  let total = 0;
  const buckets = counts.map((count, cell) => {
    total += count;
    return `${withLe(cell < BUCKETS.length ? String(BUCKETS[cell]) : "+Inf")} ${total}`;
  });
  return [
    ...buckets,
    `${name}_sum${suffix} ${Math.round(sum * 1_000) / 1_000}`,
    `${name}_count${suffix} ${total}`,
  ];
}
