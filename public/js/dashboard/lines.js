/**
 * @import { PanelShown } from "../../types.d.ts"
 * @typedef {{ name: string, values: (number | null)[] }} Line
 * @typedef {{ times: number[], lines: Line[] }} Lines `times` in seconds, every step of the range
 */

const MOST_LINES = 8;

/** @param {Line} line */
const total = ({ values }) => values.reduce((/** @type {number} */ sum, v) => sum + (v ?? 0), 0);

/**
 * The rows of a panel as lines over every step of the range: the largest ones, and the rest as one.
 * A step without a row is 0 of what is counted, and unknown of what is measured.
 * @param {PanelShown} panel
 * @param {{ from: string, to: string, step_seconds: number }} range
 * @returns {Lines}
 */
export function linesOf({ rows, series, values, chart }, { from, to, step_seconds: step }) {
  const first = Math.floor(Date.parse(from) / 1_000 / step) * step;
  const steps = Math.max(1, Math.round((Date.parse(to) / 1_000 - first) / step));
  const times = Array.from({ length: steps }, (_, n) => first + n * step);
  const blank = chart === "stacked" ? 0 : null;
  /** @type {Map<string, Line>} */
  const lines = new Map();
  for (const row of rows) {
    const at = Math.round((Number(row.t) - first) / step);
    if (at < 0 || at >= steps) continue;
    for (const column of values) {
      const name = series === null ? column : String(row[series] ?? "") || "(none)";
      const line = lines.get(name) ?? { name, values: times.map(() => blank) };
      lines.set(name, line);
      line.values[at] = Number(row[column]);
    }
  }
  const all = [...lines.values()];
  if (series !== null) all.sort((a, b) => total(b) - total(a));
  return { times, lines: all.length > MOST_LINES ? merged(all, chart === "stacked") : all };
}

/**
 * @param {Line[]} lines the largest first
 * @param {boolean} sums what is measured cannot be added, so the rest of it is left to the table
 */
function merged(lines, sums) {
  const shown = lines.slice(0, MOST_LINES - 1);
  if (!sums) return shown;
  const rest = lines.slice(MOST_LINES - 1);
  const values = (rest[0]?.values ?? []).map((_, at) =>
    rest.reduce((sum, line) => sum + (line.values[at] ?? 0), 0),
  );
  return [...shown, { name: `${rest.length} others`, values }];
}

/** @param {Line[]} lines each on top of those before it */
export function stacked(lines) {
  /** @type {number[]} */
  const sums = (lines[0]?.values ?? []).map(() => 0);
  return lines.map(({ values }) =>
    values.map((value, at) => {
      sums[at] = (sums[at] ?? 0) + (value ?? 0);
      return sums[at] ?? 0;
    }),
  );
}
