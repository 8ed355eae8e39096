import { columnOf, DATASET } from "../../observability/points/columns.ts";
import { type Panel, type PanelRange, stepColumn, summed, weight, within } from "./panel.ts";

const [source, outcome, reason] = [columnOf("source"), columnOf("outcome"), columnOf("reason")];

const byStep = (column: string, name: string, where: string) => (range: PanelRange) =>
  `SELECT ${stepColumn(range)}, ${column} AS ${name}, SUM(${weight}) AS posts FROM ${DATASET} ` +
  `WHERE ${within("posts_total", range)} AND ${where} GROUP BY t, ${name} ORDER BY t, ${name}`;

export const POST_PANELS: Panel[] = [
  {
    name: "posts-by-source",
    title: "Posts accepted, by source",
    about: "How many new posts each source brought.",
    chart: "stacked",
    columns: [
      { name: "t", label: "time" },
      { name: "source", label: "source" },
      { name: "posts", label: "posts", unit: "count" },
    ],
    series: "source",
    values: ["posts"],
    sql: byStep(source, "source", `${outcome} = 'accepted'`),
    fallback: {
      from: "database",
      rows: ({ posts }) => summed(posts, ({ t, source }) => ({ t, source }), "posts"),
    },
  },
  {
    name: "posts-by-outcome",
    title: "Posts judged, by outcome",
    about: "What became of them: kept, dropped by the filter, or a duplicate.",
    chart: "stacked",
    columns: [
      { name: "t", label: "time" },
      { name: "outcome", label: "outcome" },
      { name: "posts", label: "posts", unit: "count" },
    ],
    series: "outcome",
    values: ["posts"],
    sql: byStep(outcome, "outcome", `${outcome} <> 'accepted'`),
    fallback: {
      from: "database",
      rows: ({ posts }) => summed(posts, ({ t, outcome }) => ({ t, outcome }), "posts"),
    },
  },
  {
    name: "drops",
    title: "Why posts are dropped",
    about: "Reasons of the filter, the most frequent first.",
    chart: "bars",
    columns: [
      { name: "reason", label: "reason" },
      { name: "posts", label: "posts", unit: "count" },
    ],
    values: ["posts"],
    sql: (range) =>
      `SELECT ${reason} AS reason, SUM(${weight}) AS posts FROM ${DATASET} ` +
      `WHERE ${within("posts_total", range)} AND ${outcome} = 'dropped' ` +
      "GROUP BY reason ORDER BY posts DESC LIMIT 20",
    fallback: {
      from: "database",
      rows: ({ posts }) =>
        summed(
          posts.filter(({ outcome }) => outcome === "dropped"),
          ({ reason }) => ({ reason: reason ?? "unknown" }),
          "posts",
        ).sort((a, b) => Number(b.posts) - Number(a.posts)),
    },
  },
];
