import { columnOf, DATASET } from "../../observability/points/columns.ts";
import { type Panel, stepColumn, summed, weight, within } from "./panel.ts";

const state = columnOf("state");
const value = columnOf("value");

export const SIGNAL_PANELS: Panel[] = [
  {
    name: "signals-by-state",
    title: "Signals scored, by state",
    about: "Commits of signals by the state that they are in.",
    chart: "stacked",
    columns: [
      { name: "t", label: "time" },
      { name: "state", label: "state" },
      { name: "signals", label: "signals", unit: "count" },
    ],
    series: "state",
    values: ["signals"],
    sql: (range) =>
      `SELECT ${stepColumn(range)}, ${state} AS state, SUM(${weight}) AS signals FROM ${DATASET} ` +
      `WHERE ${within("signals_total", range)} GROUP BY t, state ORDER BY t, state`,
    fallback: {
      from: "database",
      note: "From the tables: changes of score or state.",
      rows: ({ changes }) => summed(changes, ({ t, state }) => ({ t, state }), "signals"),
    },
  },
  {
    name: "scores",
    title: "Scores",
    about: "How many signals have a score from this one on, in fives.",
    chart: "bars",
    columns: [
      { name: "score", label: "score from", unit: "score" },
      { name: "signals", label: "signals", unit: "count" },
    ],
    values: ["signals"],
    sql: (range) =>
      `SELECT floor(${value} / 5) * 5 AS score, SUM(${weight}) AS signals FROM ${DATASET} ` +
      `WHERE ${within("signals_total", range)} GROUP BY score ORDER BY score`,
    fallback: {
      from: "database",
      rows: ({ scores }) => scores.map(({ from, count }) => ({ score: from, signals: count })),
    },
  },
  {
    name: "rules-versions",
    title: "Rules, side by side",
    about: "What each version of the rules makes of signals; a canary stands beside the current.",
    chart: "table",
    columns: [
      { name: "version", label: "version" },
      { name: "signals", label: "signals", unit: "count" },
      { name: "verified", label: "verified", unit: "count" },
      { name: "downgraded", label: "downgraded", unit: "count" },
      { name: "score", label: "mean score", unit: "score" },
    ],
    values: ["signals"],
    sql: (range) => {
      const of = (name: string) => `sumIf(${weight}, ${state} = '${name}')`;
      return (
        `SELECT ${columnOf("rules_version")} AS version, SUM(${weight}) AS signals, ` +
        `${of("verified")} AS verified, ${of("downgraded")} AS downgraded, ` +
        `SUM(${weight} * ${value}) / SUM(${weight}) AS score FROM ${DATASET} ` +
        `WHERE ${within("signals_total", range)} ` +
        "GROUP BY version ORDER BY signals DESC LIMIT 10"
      );
    },
    fallback: {
      from: "database",
      rows({ rules }) {
        const versions = Map.groupBy(rules, ({ version }) => version.slice(0, 12));
        return [...versions].map(([version, some]) => {
          const of = (wanted: string) =>
            some.find(({ state: found }) => found === wanted)?.count ?? 0;
          const signals = some.reduce((sum, { count }) => sum + count, 0);
          const total = some.reduce((sum, { count, score }) => sum + count * score, 0);
          return {
            version,
            signals,
            verified: of("verified"),
            downgraded: of("downgraded"),
            score: total / signals,
          };
        });
      },
    },
  },
  {
    name: "tokens",
    title: "Top tokens",
    about: "The tokens with the most activity, and their highest score.",
    chart: "table",
    columns: [
      { name: "token", label: "token" },
      { name: "chain", label: "chain" },
      { name: "activity", label: "commits or posts", unit: "count" },
      { name: "score", label: "highest score", unit: "score" },
    ],
    values: ["activity"],
    sql: (range) =>
      `SELECT ${columnOf("token")} AS token, ${columnOf("chain")} AS chain, ` +
      `SUM(${weight}) AS activity, max(${value}) AS score FROM ${DATASET} ` +
      `WHERE ${within("signals_total", range)} ` +
      "GROUP BY token, chain ORDER BY activity DESC, token LIMIT 20",
    fallback: {
      from: "database",
      rows: ({ tokens }) =>
        tokens.map(({ token, chain, evidence, score }) => ({
          ...{ token, chain, activity: evidence, score },
        })),
    },
  },
];
