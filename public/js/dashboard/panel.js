import { h } from "../dom.js";
import { rowsTable } from "./rows-table.js";
import { timeChart } from "./time-chart.js";

/**
 * @import { PanelRow, PanelShown } from "../../types.d.ts"
 * @import { Range } from "./time-chart.js"
 */

/** Where the figures of a panel come from, in a word. */
const SOURCES = {
  points: "points",
  database: "tables",
  counters: "counters since the deployment",
  providers: "as it is now",
  none: "",
};

/**
 * One panel: its chart with the table behind it, or why there is none.
 * @param {PanelShown} panel
 * @param {Range} range
 */
export function panelView(panel, range) {
  const { name, title, about, source, note, rows, chart } = panel;
  const overTime = chart === "lines" || chart === "stacked";
  const drawn = overTime && rows.length > 0 ? timeChart(panel, range) : null;
  const id = `panel-${name}`;
  const element = h(
    "section",
    { class: "panel chart-panel", "aria-labelledby": id, "data-panel": name },
    h(
      "div",
      { class: "head" },
      h("span", { class: "from" }, SOURCES[source]),
      h("h3", { id }, title),
      h("p", { class: "quiet" }, about),
    ),
    h(
      "div",
      { class: "body" },
      note && rows.length > 0 && h("p", { class: "note" }, note),
      ...content(panel, drawn?.nodes),
    ),
  );
  return { element, redraw: () => drawn?.redraw(), destroy: () => drawn?.destroy() };
}

/**
 * @param {PanelShown} given
 * @param {Node[] | undefined} drawn
 */
function content(given, drawn) {
  const panel = inOrder(given);
  if (panel.rows.length === 0)
    return [h("p", { class: "empty" }, panel.note ?? "Nothing in this range.")];
  if (drawn === undefined) return [rowsTable(panel, { bars: panel.chart === "bars" })];
  const table = rowsTable(panel, { bars: false });
  return [...drawn, h("details", { class: "behind" }, h("summary", {}, "Table"), table)];
}

/**
 * Rows with a budget stand in the order of the budgets, which is that of the pipeline.
 * @param {PanelShown} panel
 * @returns {PanelShown}
 */
function inOrder(panel) {
  const { budget, rows, columns } = panel;
  if (budget === null) return panel;
  const order = Object.keys(budget);
  const place = (/** @type {PanelRow} */ row) => order.indexOf(String(row[columns[0]?.name ?? ""]));
  return { ...panel, rows: rows.toSorted((a, b) => place(a) - place(b)) };
}
