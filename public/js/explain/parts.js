import { h } from "../dom.js";

/** @import { RuleExplanation } from "../../types.d.ts" */

/**
 * Each part of a condition with its value.
 * @param {RuleExplanation["parts"]} parts
 */
export const partsTable = (parts) =>
  h(
    "table",
    { class: "parts" },
    h("caption", { class: "hidden" }, "Parts of the condition"),
    h(
      "tbody",
      {},
      ...parts.map((part) =>
        h(
          "tr",
          { "data-value": String(part.value) },
          h("th", { scope: "row" }, part.text),
          h("td", {}, part.error ?? partValue(part.value)),
        ),
      ),
    ),
  );

/** @param {unknown} value */
const partValue = (value) => (value === null ? "not known" : JSON.stringify(value));
