import { columnOf, DATASET } from "../../observability/points/columns.ts";
import { countersOf, errorsOf, histogramsOf } from "../totals.ts";
import { type Panel, quantile, stepColumn, summed, weight, weighted, within } from "./panel.ts";

const provider = columnOf("provider");
const outcome = columnOf("outcome");
const GOOD = "('ok', 'empty')";

export const SERVICE_PANELS: Panel[] = [
  {
    name: "providers",
    title: "Calls to providers",
    about: "How often each outside service was called, how often it failed, and how long it took.",
    chart: "bars",
    columns: [
      { name: "provider", label: "provider" },
      { name: "calls", label: "calls", unit: "count" },
      { name: "failed", label: "failed", unit: "count" },
      { name: "p95", label: "p95", unit: "ms" },
    ],
    values: ["calls", "failed"],
    sql: (range) =>
      `SELECT provider, SUM(weight) AS calls, sumIf(weight, outcome NOT IN ${GOOD}) AS failed, ` +
      `${quantile(0.95)} AS p95 FROM ` +
      weighted("external_request_ms", range, [`${provider} AS provider`, `${outcome} AS outcome`]) +
      " GROUP BY provider ORDER BY calls DESC LIMIT 30",
    fallback: {
      from: "metrics",
      rows(totals) {
        const errors = errorsOf(totals);
        return histogramsOf(totals, "external_request_ms")
          .map(({ labels: { provider: name = "" }, count, p95 }) => ({
            provider: name,
            calls: count,
            failed: errors
              .filter(({ labels }) => labels.provider === name)
              .reduce((sum, each) => sum + each.count, 0),
            p95,
          }))
          .sort((a, b) => b.calls - a.calls);
      },
    },
  },
  {
    name: "provider-errors",
    title: "Errors of providers, by code",
    about: "Answers that were no success: an HTTP status, timeout, network or oversize.",
    chart: "table",
    columns: [
      { name: "provider", label: "provider" },
      { name: "code", label: "code" },
      { name: "calls", label: "calls", unit: "count" },
    ],
    values: ["calls"],
    sql: (range) =>
      `SELECT ${provider} AS provider, ${columnOf("reason")} AS code, SUM(${weight}) AS calls ` +
      `FROM ${DATASET} WHERE ${within("external_request_ms", range)} ` +
      `AND ${outcome} NOT IN ${GOOD} GROUP BY provider, code ORDER BY calls DESC LIMIT 30`,
    fallback: {
      from: "metrics",
      rows: (totals) =>
        errorsOf(totals)
          .map(({ labels: { provider, code = "" }, count }) => ({
            // What fails or is slow without being asked for facts, Redis, is its own name.
            provider: provider ?? code,
            code: provider === undefined ? "failed_or_slow" : code,
            calls: count,
          }))
          .sort((a, b) => b.calls - a.calls),
    },
  },
  {
    name: "cache",
    title: "Facts from the cache",
    about: "Looks into the cache of each provider's facts; a hit asks nobody.",
    chart: "bars",
    columns: [
      { name: "provider", label: "provider" },
      { name: "hits", label: "hits", unit: "count" },
      { name: "stale", label: "stale", unit: "count" },
      { name: "misses", label: "misses", unit: "count" },
    ],
    values: ["hits", "stale", "misses"],
    sql: (range) => {
      const of = (result: string) => `sumIf(${weight}, ${columnOf("result")} = '${result}')`;
      return (
        `SELECT ${provider} AS provider, ${of("hit")} AS hits, ${of("stale")} AS stale, ` +
        `${of("miss")} AS misses FROM ${DATASET} WHERE ${within("cache_total", range)} ` +
        "GROUP BY provider ORDER BY provider"
      );
    },
    fallback: {
      from: "metrics",
      rows(totals) {
        const looks = countersOf(totals, "cache_total");
        const names = [...new Set(looks.map(({ labels }) => labels.provider ?? ""))].sort();
        const of = (name: string, result: string) =>
          looks.find(({ labels }) => labels.provider === name && labels.result === result)?.count ??
          0;
        return names.map((name) => ({
          provider: name,
          hits: of(name, "hit"),
          stale: of(name, "stale"),
          misses: of(name, "miss"),
        }));
      },
    },
  },
  {
    name: "breakers",
    title: "Breakers that opened or closed",
    about: "An open breaker leaves a provider alone after failures; it tries again by itself.",
    chart: "table",
    columns: [
      { name: "t", label: "time" },
      { name: "provider", label: "provider" },
      { name: "state", label: "became" },
      { name: "changes", label: "times", unit: "count" },
    ],
    values: ["changes"],
    sql: (range) =>
      `SELECT ${stepColumn(range)}, ${provider} AS provider, ${columnOf("state")} AS state, ` +
      `SUM(${weight}) AS changes FROM ${DATASET} ` +
      `WHERE ${within("breaker_changes_total", range)} ` +
      "GROUP BY t, provider, state ORDER BY t DESC, provider, state LIMIT 50",
    fallback: {
      from: "metrics",
      rows: (totals) =>
        countersOf(totals, "breaker_changes_total").map(({ labels, count }) => ({
          ...{ t: null, provider: labels.provider ?? "", state: labels.state ?? "" },
          changes: count,
        })),
    },
  },
  {
    name: "breakers-open",
    title: "Breakers that were open",
    about: "For how many minutes of each step the breaker of a provider was open or on trial.",
    chart: "stacked",
    columns: [
      { name: "t", label: "time" },
      { name: "provider", label: "provider" },
      { name: "minutes", label: "minutes", unit: "count" },
    ],
    series: "provider",
    values: ["minutes"],
    sql: (range) =>
      `SELECT ${stepColumn(range)}, ${provider} AS provider, SUM(${weight}) AS minutes ` +
      `FROM ${DATASET} WHERE ${within("breaker_state", range)} ` +
      "GROUP BY t, provider ORDER BY t, provider",
    fallback: null,
  },
  {
    name: "queues",
    title: "Messages waiting in the queues",
    about: "Where the platform says it: the backlog of each queue.",
    chart: "lines",
    columns: [
      { name: "t", label: "time" },
      { name: "queue", label: "queue" },
      { name: "messages", label: "messages", unit: "count" },
    ],
    series: "queue",
    values: ["messages"],
    sql: (range) =>
      `SELECT ${stepColumn(range)}, ${columnOf("queue")} AS queue, ` +
      `max(${columnOf("value")}) AS messages FROM ${DATASET} ` +
      `WHERE ${within("queue_backlog", range)} GROUP BY t, queue ORDER BY t, queue`,
    fallback: null,
  },
  {
    name: "open-work",
    title: "Waiting now",
    about: "Posts without an outcome and deliveries that are not done, and the oldest of them.",
    chart: "table",
    columns: [
      { name: "what", label: "what" },
      { name: "waiting", label: "waiting", unit: "count" },
      { name: "oldest", label: "oldest", unit: "seconds" },
    ],
    values: ["waiting"],
    sql: null,
    fallback: {
      from: "database",
      rows: ({ open }) =>
        open.map(({ what, count, oldestSeconds }) => ({
          ...{ what, waiting: count, oldest: oldestSeconds && Math.round(oldestSeconds) },
        })),
    },
  },
];

export const DELIVERY_PANELS: Panel[] = [
  {
    name: "deliveries",
    title: "Attempts to deliver",
    about: "By the kind of channel and how the attempt ended.",
    chart: "stacked",
    columns: [
      { name: "t", label: "time" },
      { name: "channel", label: "channel and result" },
      { name: "attempts", label: "attempts", unit: "count" },
    ],
    series: "channel",
    values: ["attempts"],
    sql: (range) =>
      `SELECT ${stepColumn(range)}, ` +
      `concat(${columnOf("channel")}, ' ', ${columnOf("result")}) AS channel, ` +
      `SUM(${weight}) AS attempts FROM ${DATASET} WHERE ${within("delivery_total", range)} ` +
      "GROUP BY t, channel ORDER BY t, channel",
    fallback: {
      from: "database",
      rows: ({ attempts }) =>
        summed(
          attempts,
          ({ t, channel, result }) => ({ t, channel: `${channel} ${result}` }),
          "attempts",
        ),
    },
  },
  {
    name: "channels",
    title: "Time of a send, by channel",
    about: "How long each kind of channel takes to answer, and how many attempts it took.",
    chart: "bars",
    columns: [
      { name: "channel", label: "channel" },
      { name: "p50", label: "p50", unit: "ms" },
      { name: "p95", label: "p95", unit: "ms" },
      { name: "sends", label: "sends", unit: "count" },
    ],
    values: ["p50", "p95"],
    sql: (range) =>
      `SELECT channel, ${quantile(0.5)} AS p50, ${quantile(0.95)} AS p95, SUM(weight) AS sends ` +
      "FROM " +
      weighted(
        "pipeline_latency_ms",
        range,
        [`${columnOf("channel")} AS channel`],
        ` AND ${columnOf("stage")} = 'notify'`,
      ) +
      " GROUP BY channel ORDER BY sends DESC",
    fallback: {
      from: "database",
      rows({ attempts }) {
        const kinds = Map.groupBy(attempts, ({ channel }) => channel);
        // The steps have percentiles of their own; the highest stands for all of them.
        return [...kinds].map(([channel, some]) => ({
          channel,
          p50: Math.max(...some.map(({ p50 }) => Math.round(p50))),
          p95: Math.max(...some.map(({ p95 }) => Math.round(p95))),
          sends: some.reduce((sum, { count }) => sum + count, 0),
        }));
      },
    },
  },
];
