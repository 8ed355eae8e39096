import type { ProviderStatus } from "../../http/provider-guard.ts";
import type { MetricsSnapshot } from "../../observability/collector.ts";
import { columnOf, DATASET } from "../../observability/points/columns.ts";
import type { StoreActivity } from "../../store/activity.ts";
import type { AnalyticsRow } from "../query.ts";

/** From `from` (included) to `to` (not), in ms, in steps of so many seconds. */
export type PanelRange = { from: number; to: number; stepSeconds: number };

/** A column of a panel. `unit`: how its numbers are to be read. */
export type PanelColumn = {
  name: string;
  label: string;
  unit?: "count" | "ms" | "percent" | "score" | "seconds" | "usd";
};

/** Where rows come from when no points can be read. */
export type PanelFallback = {
  /** Where the rows are of something else than the points, what they are of. */
  note?: string;
} & (
  | { from: "database"; rows(activity: StoreActivity): AnalyticsRow[] }
  /** The counters of /metrics, which have no time: they began with the deployment. */
  | { from: "metrics"; rows(totals: MetricsSnapshot): AnalyticsRow[] }
  /** What the guards of the providers know, which has no time either. */
  | { from: "providers"; rows(statuses: readonly ProviderStatus[]): AnalyticsRow[] }
);

/**
 * One chart of the dashboard: a query over the points, its columns, and how it is drawn. lines: a
 * point for each `t` (the start of a step, in seconds), a line for each value of `series`, or
 * for each column of `values`; stacked: the same, one on another. bars: a row each. table: no
 * drawing.
 */
export type Panel = {
  name: string;
  title: string;
  /** One sentence for the reader of the chart. */
  about: string;
  chart: "lines" | "stacked" | "bars" | "table";
  columns: PanelColumn[];
  series?: string;
  /** The columns that are drawn; one of them where there are series. */
  values: string[];
  /** Values that are too high, by the row's first column: drawn beside it. */
  budget?: Readonly<Record<string, number>>;
  /** null: the panel has no points; its rows are always those of `fallback`. */
  sql: ((range: PanelRange) => string) | null;
  /** The rows of the panel, where they are not those that the query answers. */
  derive?(answered: readonly AnalyticsRow[]): AnalyticsRow[];
  fallback: PanelFallback | null;
};

/** `SELECT ... FROM ... WHERE` of one metric within the range, weighted and with columns by name. */
export const weight = `_sample_interval * ${columnOf("count")}`;

export const stepColumn = ({ stepSeconds }: PanelRange): string =>
  `toUnixTimestamp(toStartOfInterval(timestamp, INTERVAL '${stepSeconds}' SECOND)) AS t`;

/** The condition of one metric within the range. */
export const within = (metric: string, { from, to }: PanelRange): string =>
  `${columnOf("metric")} = '${metric}' AND timestamp >= toDateTime(${Math.floor(from / 1000)}) ` +
  `AND timestamp < toDateTime(${Math.floor(to / 1000)})`;

/**
 * A subquery of single values with their weights: the weight of a percentile must be a column of
 * whole numbers.
 */
export const weighted = (
  metric: string,
  range: PanelRange,
  columns: string[],
  where = "",
): string =>
  `(SELECT ${[...columns, `${columnOf("ms")} AS ms`].join(", ")}, ` +
  `toUInt32(${weight}) AS weight FROM ${DATASET} WHERE ${within(metric, range)}${where})`;

export const quantile = (share: number): string => `quantileExactWeighted(${share})(ms, weight)`;

/** Sums the rows that have equal values in these columns. */
export function summed<Row extends { count: number }>(
  rows: Row[],
  key: (row: Row) => AnalyticsRow,
  name: string,
): AnalyticsRow[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(key(row)));
  return [...groups.values()].map((some) => ({
    ...key(some[0] as Row),
    [name]: some.reduce((sum, { count }) => sum + count, 0),
  }));
}
