import { timeChart } from "../dashboard/time-chart.js";
import { h } from "../dom.js";
import { agoInText, many, score } from "../format.js";

/** @import { PanelShown, SignalChange } from "../../types.d.ts" */

const STEPS = 60;
const LEAST_STEP = 10;

/** What is drawn over time, where it is known. */
/** @type {{ title: string, column: "score" | "evidence_count" | "liquidity", label: string }[]} */
const CHARTS = [
  { title: "Score", column: "score", label: "score" },
  { title: "Texts", column: "evidence_count", label: "texts" },
  { title: "Liquidity, USD", column: "liquidity", label: "liquidity" },
];

/**
 * How the signal came to be what it is: a chart of each figure that changed, and each change in
 * words. Answers null when there is nothing to show yet.
 * @param {SignalChange[]} changes the latest first
 */
export function historySection(changes) {
  const [latest] = changes;
  if (latest === undefined) return null;
  const range = rangeOf(changes);
  const charts = CHARTS.flatMap(({ title, column, label }) => {
    const values = new Set(changes.map((change) => change[column]));
    values.delete(null);
    if (values.size < 2) return [];
    const { nodes } = timeChart(
      panelOf({ title, column, label }, changes, range.step_seconds),
      range,
    );
    return [h("div", { class: "history-chart" }, h("h4", {}, title), ...nodes)];
  });
  return h(
    "details",
    { class: "history", open: charts.length > 0 },
    h("summary", {}, h("h3", {}, `History: ${changes.length}`)),
    ...charts,
    h("ol", { class: "changes" }, ...changes.slice(0, 12).map(changeRow)),
  );
}

/** @param {SignalChange[]} changes */
function rangeOf(changes) {
  const times = changes.map(({ ts }) => Date.parse(ts));
  const first = Math.min(...times);
  const span = Math.max(...times) - first;
  const step = Math.max(LEAST_STEP, Math.ceil(span / 1_000 / STEPS));
  return {
    from: new Date(first - step * 1_000).toISOString(),
    to: new Date(first + span + 2 * step * 1_000).toISOString(),
    step_seconds: step,
  };
}

/**
 * The changes as a panel: what a change made stays until the next.
 * @param {typeof CHARTS[number]} drawn
 * @param {SignalChange[]} changes
 * @param {number} step
 * @returns {PanelShown}
 */
function panelOf({ title, column, label }, changes, step) {
  const known = changes.toReversed().filter((change) => change[column] !== null);
  const starts = known.map(({ ts }) => Math.floor(Date.parse(ts) / 1_000 / step) * step);
  const end = (starts.at(-1) ?? 0) + step;
  const rows = known.flatMap((change, at) => {
    const from = starts[at] ?? 0;
    const until = Math.max(starts[at + 1] ?? end, from + step);
    return Array.from({ length: (until - from) / step }, (_, n) => ({
      t: from + n * step,
      [column]: change[column],
    }));
  });
  return {
    ...{ name: column, title, about: "", chart: "lines", series: null, values: [column] },
    columns: [
      { name: "t", label: "time", unit: null },
      { name: column, label, unit: column === "score" ? "score" : "count" },
    ],
    ...{ budget: null, source: "database", note: null, rows },
  };
}

/** @param {SignalChange} change */
function changeRow({
  ts,
  state,
  previous_state: before,
  score: now,
  previous_score: was,
  ...more
}) {
  const changed = before !== null && before !== state;
  const { evidence_count: texts } = more;
  return h(
    "li",
    {},
    h("time", { datetime: ts, title: ts }, agoInText(ts)),
    h("span", { class: "pill", "data-kind": state }, changed ? `${before} → ${state}` : state),
    h("span", {}, was === null ? `score ${score(now)}` : `${score(was)} → ${score(now)}`),
    h("span", { class: "quiet" }, many(texts, "text")),
  );
}
