import { h } from "../dom.js";
import { partsTable } from "./parts.js";

/** @import { StateExplanation } from "../../types.d.ts" */

/**
 * The conditions of the states, and which of them hold.
 * @param {readonly StateExplanation[]} states
 */
export const stateConditions = (states) => h("ul", { class: "rules" }, ...states.map(stateRow));

/** @param {StateExplanation} state */
function stateRow({ state, condition, value, why, parts }) {
  const holds = value === true;
  return h(
    "li",
    { class: "rule", "data-outcome": holds ? "matched" : "unmatched" },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("em", { "data-sign": holds ? 1 : 0 }, holds ? "✓" : "–"),
        h("b", {}, state),
        why && h("span", { class: "why" }, why),
      ),
      h("code", { class: "condition" }, condition),
      partsTable(parts),
    ),
  );
}
