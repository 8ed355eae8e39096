import { button, h } from "../dom.js";

/** @import { FieldError } from "../../types.d.ts" */

/**
 * A problem of the rules as a list item that leads to its place in the text.
 * @param {HTMLTextAreaElement} area
 * @param {FieldError} problem
 */
export function problemRow(area, { line = 1, column = 1, message, suggestion }) {
  const place = `line ${line}, column ${column}`;
  return h(
    "li",
    {},
    button(place, () => selectPlace(area, line, column)),
    ` ${message}`,
    suggestion && h("span", { class: "quiet" }, ` ${suggestion}`),
  );
}

/**
 * Selects the character at a place and scrolls to it.
 * @param {HTMLTextAreaElement} area
 * @param {number} line
 * @param {number} column
 */
function selectPlace(area, line, column) {
  const lines = area.value.split("\n");
  const before = lines.slice(0, line - 1);
  const at = before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  area.focus();
  area.setSelectionRange(at, at + 1);
  area.scrollTop = (before.length - 5) * (area.scrollHeight / lines.length);
}
