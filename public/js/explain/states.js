import { h } from "../dom.js";
import { partsTable } from "./parts.js";

/** @import { StateExplanation } from "../../types.d.ts" */

/**
 * The conditions of the states, and which of them hold.
 * @param {readonly StateExplanation[]} states
 */
export const stateConditions = (states) => h("ul", { class: "rules" }, ...states.map(stateRow));

/** @param {StateExplanation} state */
function stateRow({ state, condition, value, held, why, parts }) {
  const holds = value === true;
  const mark = holds ? "✓" : held ? "held" : "–";
  return h(
    "li",
    { class: "rule", "data-outcome": holds || held ? "matched" : "unmatched" },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("em", { "data-sign": holds ? 1 : 0 }, mark),
        h("b", {}, state),
        why && h("span", { class: "why" }, why),
      ),
      condition !== null && h("code", { class: "condition" }, condition),
      parts.length > 0 && partsTable(parts),
    ),
  );
}
