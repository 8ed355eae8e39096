import { h, s } from "../dom.js";
import { count } from "../format.js";

/** @typedef {{ name: string, count: number }} Bar */

const BARS_SHOWN = 4;
const WIDTH = 240;
const HEIGHT = 44;

/** @param {readonly { count: number }[]} rows */
export const sumOf = (rows) => rows.reduce((total, row) => total + row.count, 0);

/**
 * The longest bars by name, the rest together.
 * @param {readonly Bar[]} rows
 */
export function barChart(rows) {
  const filled = rows.filter((row) => row.count > 0).sort((a, b) => b.count - a.count);
  const shown = filled.length > BARS_SHOWN ? filled.slice(0, BARS_SHOWN - 1) : filled;
  const rest = sumOf(filled.slice(shown.length));
  const bars = rest > 0 ? [...shown, { name: "other", count: rest }] : shown;
  const most = Math.max(1, ...bars.map((row) => row.count));
  return h(
    "dl",
    { class: "bars" },
    ...bars.map((row) => {
      const bar = h("i", { "aria-hidden": "true" });
      bar.style.setProperty("--share", String(row.count / most));
      return h("div", {}, h("dt", {}, row.name), h("dd", {}, bar, count(row.count)));
    }),
  );
}

/**
 * One bar in the colours of its parts, with a legend of their figures.
 * @param {readonly Bar[]} parts
 */
export function splitBar(parts) {
  const total = Math.max(1, sumOf(parts));
  const bar = h("div", { class: "split", "aria-hidden": "true" });
  for (const part of parts) {
    const piece = h("i", { "data-kind": part.name });
    piece.style.flexGrow = String(part.count / total);
    bar.append(piece);
  }
  const legend = parts.map((part) =>
    h("div", { "data-kind": part.name }, h("dt", {}, part.name), h("dd", {}, count(part.count))),
  );
  return h("div", {}, bar, h("dl", { class: "legend" }, ...legend));
}

/**
 * Posts a minute over the last hour. The last minute is still running, so the figure is that of the
 * minute before.
 * @param {readonly { count: number }[]} minutes
 */
export function sparkline(minutes) {
  const most = Math.max(1, ...minutes.map((minute) => minute.count));
  const points = minutes.map((minute, at) => ({
    x: ((at / Math.max(1, minutes.length - 1)) * WIDTH).toFixed(1),
    y: (HEIGHT - 3 - (minute.count / most) * (HEIGHT - 8)).toFixed(1),
  }));
  const line = points.map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${x} ${y}`).join("");
  const last = points.at(-1) ?? { x: "0", y: String(HEIGHT) };
  const label = `${count(sumOf(minutes))} posts in the last hour, at most ${count(most)} a minute`;
  const thin = { "vector-effect": "non-scaling-stroke" };
  return h(
    "figure",
    { class: "spark" },
    s(
      "svg",
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": label,
      },
      s("path", { d: `${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`, class: "area" }),
      s("path", { d: line, class: "line", ...thin }),
      s("path", { d: `M${last.x} ${last.y}h0`, class: "dot", ...thin }),
    ),
    h(
      "figcaption",
      {},
      h("span", {}, `${count(minutes.at(-2)?.count ?? 0)} / min`),
      h("span", { class: "quiet" }, "last hour"),
    ),
  );
}
