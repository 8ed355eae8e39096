import uPlot from "../../vendor/uplot.js";
import { h } from "../dom.js";
import { linesOf, stacked } from "./lines.js";
import { clockTime, shownValue } from "./values.js";

/**
 * @import { PanelShown } from "../../types.d.ts"
 * @import { Line } from "./lines.js"
 * @typedef {{ from: string, to: string, step_seconds: number }} Range
 */

const HEIGHT = 180;
const DAY = 86_400;

/** States and outcomes keep their colour wherever they appear. */
/** @type {Record<string, string>} */
const TINTS = {
  verified: "--good",
  kept: "--good",
  evidence: "--good",
  candidate: "--calm",
  accepted: "--calm",
  open: "--accent",
  duplicate: "--watch",
  downgraded: "--bad",
  dead: "--bad",
  dropped: "--quiet",
  p50: "--teal",
  p95: "--accent",
};
const PALETTE = [
  ...["--accent", "--good", "--watch", "--calm", "--bad", "--quiet", "--violet", "--teal"],
];

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * "telegram ok", "webhook retry": what was sent is in the cool colours, what was not stands out.
 * @type {[RegExp, string[]][]}
 */
const OUTCOME_TINTS = [
  [/ (ok|journal)$/, ["--good", "--accent", "--teal", "--violet", "--calm"]],
  [/ (retry|throttled)$/, ["--watch"]],
  [/ (refused|failed|dlq|dead)$/, ["--bad"]],
  [/ (repeated|muted|inhibited|superseded|ended|skipped)$/, ["--quiet"]],
];

/** @param {Line[]} lines */
function tintsOf(lines) {
  const free = PALETTE.filter((name) => !lines.some((line) => TINTS[line.name] === name));
  /** @type {Map<string[], number>} */
  const taken = new Map();
  return lines.map(({ name }) => {
    const tints = OUTCOME_TINTS.find(([outcome]) => outcome.test(name))?.[1] ?? free;
    const next = taken.get(tints) ?? 0;
    if (TINTS[name] === undefined) taken.set(tints, next + 1);
    return TINTS[name] ?? tints[next % Math.max(1, tints.length)] ?? "--quiet";
  });
}

/** Marks of the axis stand at whole numbers: nobody counts half a post. */
const INCREMENTS = [1, 2, 5].flatMap((first) =>
  Array.from({ length: 13 }, (_, zeros) => first * 10 ** zeros),
);
INCREMENTS.sort((a, b) => a - b);
/** The least that an axis shows, so that noise does not look like a mountain. */
const LEAST_MS = 10;

/**
 * A chart over time with its legend, which shows the values under the pointer. `redraw` takes the
 * page's colours anew.
 * @param {PanelShown} panel
 * @param {Range} range
 */
export function timeChart(panel, range) {
  const { times, lines } = linesOf(panel, range);
  const isStacked = panel.chart === "stacked";
  const tops = isStacked ? stacked(lines) : lines.map(({ values }) => values);
  const tints = tintsOf(lines);
  const column = panel.columns.find(({ name }) => name === panel.values[0]) ?? {
    ...{ name: "", label: "", unit: null },
  };
  const least = column.unit === "ms" ? LEAST_MS : 1;
  const long = Date.parse(range.to) - Date.parse(range.from) > DAY * 1_000;
  const holder = h("div", { class: "chart", role: "img", "aria-label": summaryOf(panel, lines) });
  const figures = lines.map(() => h("b"));
  const legend = h(
    "ul",
    { class: "legend-list" },
    ...lines.map(({ name }, at) => {
      const mark = h("i", { "aria-hidden": "true" });
      mark.style.background = `var(${tints[at]})`;
      return h("li", {}, mark, name.replaceAll("_", " "), figures[at]);
    }),
  );

  /** @param {number | null | undefined} at the step under the pointer; without it, the sums */
  function showFigures(at) {
    lines.forEach(({ values }, line) => {
      const value = at === null || at === undefined ? sumOf(values, isStacked) : values[at];
      const figure = figures[line];
      if (figure) figure.textContent = shownValue(column, value ?? null);
    });
  }

  /** @type {uPlot | null} */
  let plot = null;
  function draw() {
    plot?.destroy();
    showFigures(null);
    const quiet = colour("--quiet");
    const grid = { stroke: colour("--line"), width: 1 };
    const axis = { stroke: quiet, grid, ticks: grid, font: "11px system-ui, sans-serif" };
    // What is stacked is drawn from the top down, so that each area covers those above it.
    const steps = uPlot.paths.stepped?.({ align: 1 });
    const order = lines.map((_, at) => (isStacked ? lines.length - 1 - at : at));
    plot = new uPlot(
      {
        width: Math.max(220, holder.clientWidth || 480),
        height: HEIGHT,
        padding: [8, 18, 0, 0],
        cursor: { y: false, drag: { setScale: false, x: false, y: false } },
        legend: { show: false },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
        scales: { y: { range: (_, __, most) => [0, Math.max(most ?? 0, least) * 1.08] } },
        axes: [
          {
            ...axis,
            size: 30,
            space: 70,
            values: (_, at) => at.map((seconds) => clockTime(seconds, long)),
          },
          {
            ...axis,
            size: 58,
            incrs: INCREMENTS,
            values: (_, at) => at.map((value) => shownValue({ ...column, name: "" }, value)),
          },
        ],
        series: [
          {},
          ...order.map((at) => {
            const stroke = colour(tints[at] ?? "--accent");
            return {
              label: lines[at]?.name ?? "",
              stroke: isStacked ? colour("--panel") : stroke,
              width: isStacked ? 1 : 1.75,
              spanGaps: false,
              points: { show: !isStacked && times.length < 40, size: 4, fill: stroke },
              ...(isStacked && { fill: stroke }),
              ...(isStacked && steps && { paths: steps }),
            };
          }),
        ],
        hooks: { setCursor: [({ cursor }) => showFigures(cursor.idx)] },
      },
      [times, ...order.map((at) => tops[at] ?? [])],
      holder,
    );
  }

  const watcher = new ResizeObserver(() => {
    if (plot === null) draw();
    else if (Math.abs(plot.width - holder.clientWidth) > 1)
      plot.setSize({ width: Math.max(220, holder.clientWidth), height: HEIGHT });
  });
  watcher.observe(holder);
  return {
    nodes: [holder, legend],
    redraw: () => plot && draw(),
    destroy() {
      watcher.disconnect();
      plot?.destroy();
    },
  };
}

/**
 * @param {(number | null)[]} values
 * @param {boolean} counted what is measured has a latest value in place of a sum
 */
function sumOf(values, counted) {
  if (counted) return values.reduce((/** @type {number} */ sum, v) => sum + (v ?? 0), 0);
  return values.findLast((value) => value !== null) ?? null;
}

/**
 * The chart in words, for those who do not see it.
 * @param {PanelShown} panel
 * @param {Line[]} lines
 */
function summaryOf({ title, chart }, lines) {
  const parts = lines.map(
    ({ name, values }) => `${name} ${Math.round(Number(sumOf(values, chart === "stacked") ?? 0))}`,
  );
  const how = chart === "stacked" ? "in all" : "latest";
  return `${title}. ${how}: ${parts.join(", ")}. The table below has every value.`;
}
