import type { MetricsSnapshot } from "../../observability/collector.ts";
import { columnOf, DATASET } from "../../observability/points/columns.ts";
import { PER_MILLION } from "../prices.ts";
import type { AnalyticsRow } from "../query.ts";
import { countersOf, histogramsOf } from "../totals.ts";
import { type Panel, type PanelRange, weight } from "./panel.ts";

/** Queues whose batches are invocations of the Worker. */
const BATCHES = ["posts", "mentions", "deliveries"];

/** What was used in a range. `points` is null where they are not counted. */
type Used = {
  accepted: number;
  requests: number;
  batches: number;
  points: number | null;
  calls: Record<string, number>;
};

/** A row for each kind of operation, per 1,000 accepted posts; none where no post was accepted. */
function costRows({ accepted, requests, batches, points, calls }: Used): AnalyticsRow[] {
  if (accepted === 0) return [];
  const row = (what: string, count: number, perMillion: number | null): AnalyticsRow => {
    const each = (count * 1_000) / accepted;
    return { what, each, dollars: perMillion === null ? null : (each * perMillion) / 1e6 };
  };
  const providers = Object.entries(calls).toSorted(([, a], [, b]) => b - a);
  return [
    row("requests to the API", requests, PER_MILLION.requests),
    row("batches of queues", batches, PER_MILLION.requests),
    ...(points === null ? [] : [row("analytics points", points, PER_MILLION.points)]),
    ...providers.map(([name, count]) => row(`calls of ${name}`, count, null)),
  ];
}

const sum = (rows: readonly AnalyticsRow[], column: string): number =>
  rows.reduce((total, row) => total + Number(row[column]), 0);

/** From a row for each metric, stage and provider. */
function usedByPoints(rows: readonly AnalyticsRow[]): Used {
  const of = (name: string) => rows.filter(({ metric }) => metric === name);
  const calls = of("external_request_ms").map((row) => [String(row.provider), Number(row.things)]);
  const steps = of("pipeline_latency_ms");
  return {
    accepted: sum(of("posts_total"), "accepted"),
    requests: sum(of("http_request_ms"), "things"),
    batches: sum(
      steps.filter(({ stage }) => BATCHES.includes(String(stage))),
      "things",
    ),
    points: sum(rows, "points"),
    calls: Object.fromEntries(calls),
  };
}

function usedByTotals(totals: MetricsSnapshot): Used {
  const counted = (metric: string) => histogramsOf(totals, metric);
  const add = (some: readonly { count: number }[]): number =>
    some.reduce((total, { count }) => total + count, 0);
  const accepted = countersOf(totals, "posts_total").filter(
    ({ labels }) => labels.outcome === "accepted",
  );
  return {
    accepted: add(accepted),
    requests: add(counted("http_request_ms")),
    batches: add(
      counted("pipeline_latency_ms").filter(({ labels }) => BATCHES.includes(labels.stage ?? "")),
    ),
    points: null,
    calls: Object.fromEntries(
      counted("external_request_ms").map(({ labels, count }) => [labels.provider ?? "", count]),
    ),
  };
}

const inRange = ({ from, to }: PanelRange): string =>
  `timestamp >= toDateTime(${Math.floor(from / 1000)}) ` +
  `AND timestamp < toDateTime(${Math.floor(to / 1000)})`;

export const COST_PANELS: Panel[] = [
  {
    name: "cost",
    title: "Cost per 1,000 posts",
    about:
      "What 1,000 accepted posts used in this range, with list prices beyond what is included; " +
      "objects, CPU and rows are priced by stream cost, calls by each provider.",
    chart: "table",
    columns: [
      { name: "what", label: "what" },
      { name: "each", label: "per 1,000 posts", unit: "score" },
      { name: "dollars", label: "dollars", unit: "usd" },
    ],
    values: ["each"],
    sql: (range) =>
      `SELECT ${columnOf("metric")} AS metric, ${columnOf("stage")} AS stage, ` +
      `${columnOf("provider")} AS provider, SUM(${weight}) AS things, ` +
      "SUM(_sample_interval) AS points, " +
      `sumIf(${weight}, ${columnOf("outcome")} = 'accepted') AS accepted ` +
      `FROM ${DATASET} WHERE ${inRange(range)} GROUP BY metric, stage, provider`,
    derive: (rows) => costRows(usedByPoints(rows)),
    fallback: { from: "metrics", rows: (totals) => costRows(usedByTotals(totals)) },
  },
  {
    name: "provider-budgets",
    title: "Budgets of providers",
    about: "What is spent of the day's budget (until midnight UTC), the pace, and the breaker.",
    chart: "bars",
    columns: [
      { name: "provider", label: "provider" },
      { name: "spent", label: "spent", unit: "percent" },
      { name: "left", label: "left", unit: "count" },
      { name: "budget", label: "a day", unit: "count" },
      { name: "calls", label: "last minute", unit: "count" },
      { name: "pace", label: "a minute", unit: "count" },
      { name: "breaker", label: "breaker" },
    ],
    values: ["spent"],
    sql: null,
    fallback: {
      from: "providers",
      rows: (statuses) =>
        statuses.map(({ provider, budget, budgetLeft, callsLastMinute, perMinute, breaker }) => ({
          provider,
          spent: budget ? 100 * (1 - (budgetLeft ?? 0) / budget) : null,
          left: budgetLeft,
          budget,
          calls: callsLastMinute,
          pace: perMinute,
          breaker,
        })),
    },
  },
];
