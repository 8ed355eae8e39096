import { count, score } from "../format.js";

/** @import { PanelColumn, PanelValue } from "../../types.d.ts" */

/** @param {number} ms "84 ms", "1.2 s", "3 min" */
export function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** @param {number} seconds since 1970: "14:05", with the day where the range is long */
export function clockTime(seconds, withDay = false) {
  const text = new Date(seconds * 1_000).toISOString();
  return withDay ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(11, 16);
}

/**
 * A cell of a panel as people read it.
 * @param {PanelColumn} column
 * @param {PanelValue | undefined} value
 */
export function shownValue({ name, unit }, value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value === "" ? "(none)" : value.replaceAll("_", " ");
  if (name === "t") return clockTime(value, true);
  if (unit === "ms") return duration(value);
  if (unit === "seconds") return duration(value * 1_000);
  if (unit === "score") return score(value);
  if (unit === "percent") return `${score(value)} %`;
  if (unit === "usd") return `$${value.toFixed(value < 0.01 ? 6 : 2)}`;
  return count(value);
}
