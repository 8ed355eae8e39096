import { h, s } from "../dom.js";
import { shownValue } from "./values.js";

/** @import { PanelRow, PanelShown } from "../../types.d.ts" */

const WIDTH = 100;
const HEIGHT = 12;
/** The failed calls are a part of "calls", and are drawn over them. */
const PART_OF = "failed";

/**
 * The rows of a panel as a table. `bars` draws the values of each row beside them.
 * @param {PanelShown} panel
 * @param {{ bars: boolean }} options
 */
export function rowsTable(panel, { bars }) {
  const { columns, rows, values, budget, title } = panel;
  const budgets = Object.values(budget ?? {});
  const measured = columns.find(({ name }) => name === values[0]);
  const most = Math.max(
    // A share is drawn as a part of the whole, not of the largest share.
    measured?.unit === "percent" ? 100 : 1e-9,
    ...rows.map((row) => widthOf(values, row)),
    ...budgets,
  );
  const numeric = columns.map(({ unit }) => unit !== null);
  const head = h(
    "tr",
    {},
    ...columns.map(({ label }, at) =>
      h("th", { scope: "col", class: numeric[at] && at > 0 && "number" }, label),
    ),
    budget && h("th", { scope: "col", class: "number" }, "budget"),
    bars && h("th", { scope: "col" }, h("span", { class: "hidden" }, "drawn")),
  );
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": `${title}: table` },
    h(
      "table",
      { class: "rows" },
      h("caption", { class: "hidden" }, title),
      h("thead", {}, head),
      h("tbody", {}, ...rows.map((row) => bodyRow(panel, row, { bars, most, numeric }))),
    ),
  );
}

/**
 * @param {PanelShown} panel
 * @param {PanelRow} row
 * @param {{ bars: boolean, most: number, numeric: boolean[] }} drawn
 */
function bodyRow({ columns, values, budget }, row, { bars, most, numeric }) {
  const limit = budget?.[String(row[columns[0]?.name ?? ""])];
  return h(
    "tr",
    {},
    ...columns.map((column, at) => {
      const value = row[column.name];
      const over = limit !== undefined && column.name === "p95" && Number(value) > limit;
      const kind = [numeric[at] && at > 0 && "number", over && "over"].filter(Boolean).join(" ");
      return h("td", { class: kind || false }, shownValue(column, value));
    }),
    budget &&
      h(
        "td",
        { class: "number" },
        limit === undefined ? "–" : shownValue({ name: "", label: "", unit: "ms" }, limit),
      ),
    bars &&
      h("td", { class: "meter", "data-kind": kindOf(values) }, meter(values, row, most, limit)),
  );
}

/**
 * How far the bar of a row reaches: parts stand side by side, all else lies over each other.
 * @param {string[]} values
 * @param {PanelRow} row
 */
function widthOf(values, row) {
  const sizes = values
    .filter((name) => name !== PART_OF)
    .map((name) => Math.abs(Number(row[name])));
  if (kindOf(values) === "percentiles") return Math.max(0, ...sizes);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** @param {string[]} values */
const kindOf = (values) => (values.every((name) => /^p\d+$/.test(name)) ? "percentiles" : "parts");

/**
 * Percentiles lie over each other, the longest at the back; parts stand side by side. The line is
 * the budget.
 * @param {string[]} values
 * @param {PanelRow} row
 * @param {number} most
 * @param {number | undefined} limit
 */
function meter(values, row, most, limit) {
  const scale = (/** @type {number} */ value) => (Math.max(0, value) / most) * WIDTH;
  const overlaid = kindOf(values) === "percentiles";
  const names = overlaid ? values.toReversed() : values;
  let from = 0;
  const rects = names.map((name) => {
    const width = scale(Number(row[name]));
    const x = overlaid || name === PART_OF ? 0 : from;
    from += width;
    return s("rect", { x, y: 1, width, height: HEIGHT - 2, rx: 1 });
  });
  return s(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...rects,
    limit !== undefined && s("line", { x1: scale(limit), x2: scale(limit), y1: 0, y2: HEIGHT }),
  );
}
