import { columnOf } from "../../observability/points/columns.ts";
import { histogramsOf } from "../totals.ts";
import { type Panel, quantile, stepColumn, weighted } from "./panel.ts";

const stage = columnOf("stage");

/** What each stage may take at its 95th percentile, in ms. The parts sum to two seconds. */
export const STAGE_BUDGET_MS = {
  accept: 500,
  filter: 100,
  refine: 50,
  dedup: 50,
  enrich: 800,
  rules: 100,
  store: 100,
  notify: 300,
} as const;

const STAGES = Object.keys(STAGE_BUDGET_MS);
const OF_STAGES = ` AND ${stage} IN (${STAGES.map((name) => `'${name}'`).join(", ")})`;
const byStage = (a: unknown, b: unknown): number =>
  STAGES.indexOf(String(a)) - STAGES.indexOf(String(b));

const PERCENTILES = [
  { name: "p50", label: "p50", unit: "ms" },
  { name: "p95", label: "p95", unit: "ms" },
  { name: "p99", label: "p99", unit: "ms" },
] as const;

export const LATENCY_PANELS: Panel[] = [
  {
    name: "stages",
    title: "Time in each stage, against its budget",
    about: "Percentiles of each stage; the line is its budget, all of them two seconds.",
    chart: "bars",
    columns: [
      { name: "stage", label: "stage" },
      ...PERCENTILES,
      { name: "things", label: "measured", unit: "count" },
    ],
    values: ["p50", "p95", "p99"],
    budget: STAGE_BUDGET_MS,
    sql: (range) =>
      `SELECT stage, ${quantile(0.5)} AS p50, ${quantile(0.95)} AS p95, ` +
      `${quantile(0.99)} AS p99, SUM(weight) AS things ` +
      `FROM ${weighted("pipeline_latency_ms", range, [`${stage} AS stage`], OF_STAGES)} ` +
      "GROUP BY stage ORDER BY stage",
    fallback: {
      from: "metrics",
      rows: (totals) =>
        histogramsOf(totals, "pipeline_latency_ms")
          .filter(({ labels }) => STAGES.includes(labels.stage ?? ""))
          .map(({ labels, p50, p95, p99, count }) => ({
            ...{ stage: labels.stage ?? "", p50, p95, p99, things: count },
          }))
          .sort((a, b) => byStage(a.stage, b.stage)),
    },
  },
  {
    name: "stages-over-time",
    title: "Time in each stage, p95",
    about: "The 95th percentile of each stage, step by step.",
    chart: "lines",
    columns: [
      { name: "t", label: "time" },
      { name: "stage", label: "stage" },
      { name: "p95", label: "p95", unit: "ms" },
    ],
    series: "stage",
    values: ["p95"],
    sql: (range) => {
      const columns = [stepColumn(range), `${stage} AS stage`];
      const points = weighted("pipeline_latency_ms", range, columns, OF_STAGES);
      return (
        `SELECT t, stage, ${quantile(0.95)} AS p95 FROM ${points} ` +
        "GROUP BY t, stage ORDER BY t, stage"
      );
    },
    fallback: {
      from: "database",
      note: "From the tables: how long posts and deliveries waited for each step, p95.",
      rows: ({ waits }) =>
        waits.map(({ t, what, p95 }) => ({ t, stage: WAITS[what], p95: Math.round(p95) })),
    },
  },
  {
    name: "end-to-end",
    title: "From accepted to delivered",
    about: "The time until people were told; the goal is two minutes.",
    chart: "lines",
    columns: [
      { name: "t", label: "time" },
      { name: "p50", label: "p50", unit: "ms" },
      { name: "p95", label: "p95", unit: "ms" },
    ],
    values: ["p50", "p95"],
    sql: (range) =>
      `SELECT t, ${quantile(0.5)} AS p50, ${quantile(0.95)} AS p95 FROM ` +
      `${weighted("end_to_end_ms", range, [stepColumn(range)])} GROUP BY t ORDER BY t`,
    fallback: {
      from: "database",
      note: "From the tables: from the time a delivery was due until it was done.",
      rows: ({ waits }) =>
        waits
          .filter(({ what }) => what === "send")
          .map(({ t, p50, p95 }) => ({
            t,
            p50: Math.round(p50),
            p95: Math.round(p95),
          })),
    },
  },
];

const WAITS = {
  judge: "accepted to judged",
  evidence: "accepted to evidence",
  send: "due to delivered",
} as const;
