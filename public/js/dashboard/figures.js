import { h } from "../dom.js";
import { count } from "../format.js";
import { duration } from "./values.js";

/** @import { PanelRow, PanelShown } from "../../types.d.ts" */

/**
 * The key figures of the range, from the rows of the panels. A figure whose panel cannot be read is
 * left out.
 * @param {PanelShown[]} panels
 */
export function keyFigures(panels) {
  /** @param {string} name */
  const rowsOf = (name) => {
    const panel = panels.find((each) => each.name === name);
    return panel === undefined || panel.source === "none" ? null : panel.rows;
  };
  return [
    accepted(rowsOf("posts-by-source"), rowsOf("posts-by-outcome")),
    signals(rowsOf("signals-by-state")),
    delivered(rowsOf("deliveries")),
    slowest(rowsOf("end-to-end")),
    waiting(rowsOf("open-work")),
  ].filter((figure) => figure !== null);
}

/**
 * @param {PanelRow[]} rows
 * @param {string} column
 * @param {(row: PanelRow) => boolean} [which]
 */
const sum = (rows, column, which = () => true) =>
  rows.filter(which).reduce((total, row) => total + Number(row[column]), 0);

/**
 * @param {string} label
 * @param {string} value
 * @param {string} more
 * @param {boolean} [bad]
 */
const figure = (label, value, more, bad = false) =>
  h("div", {}, h("dt", {}, label), h("dd", { "data-bad": String(bad) }, value), h("dd", {}, more));

/**
 * @param {PanelRow[] | null} sources
 * @param {PanelRow[] | null} outcomes
 */
function accepted(sources, outcomes) {
  if (sources === null) return null;
  const dropped = outcomes && sum(outcomes, "posts", ({ outcome }) => outcome === "dropped");
  const more = dropped === null ? "" : `${count(dropped)} dropped`;
  return figure("Posts accepted", count(sum(sources, "posts")), more);
}

/** @param {PanelRow[] | null} rows */
function signals(rows) {
  if (rows === null) return null;
  const verified = sum(rows, "signals", ({ state }) => state === "verified");
  return figure("Signals scored", count(sum(rows, "signals")), `${count(verified)} verified`);
}

/** @param {PanelRow[] | null} rows */
function delivered(rows) {
  if (rows === null) return null;
  const good = sum(rows, "attempts", ({ channel }) => String(channel).endsWith(" ok"));
  const other = sum(rows, "attempts") - good;
  return figure("Delivered", count(good), `${count(other)} other attempts`);
}

const TO_MESSAGE = "Post to message, p95";

/** @param {PanelRow[] | null} rows */
function slowest(rows) {
  if (rows === null) return null;
  const values = rows.map(({ p95 }) => Number(p95));
  if (values.length === 0) return figure(TO_MESSAGE, "–", "nothing was delivered");
  const most = Math.max(...values);
  return figure(TO_MESSAGE, duration(most), "at its slowest · goal: 2 min", most > 120_000);
}

/** @param {PanelRow[] | null} rows */
function waiting(rows) {
  if (rows === null) return null;
  const ages = rows.map(({ oldest }) => Number(oldest ?? 0));
  const oldest = Math.max(0, ...ages);
  const open = sum(rows, "waiting");
  const age = oldest > 0 ? `the oldest ${duration(oldest * 1_000)}` : "just come";
  return figure("Waiting now", count(open), open === 0 ? "nothing is open" : age, oldest > 900);
}
