import { byId, emptyRow, h } from "../dom.js";
import { agoInText } from "../format.js";
import { read } from "../server.js";

/** @import { Change } from "../../types.d.ts" */

const SHOWN = 15;

/** The latest changes by operators: who, what, and what was there before and after. */
export function changesPanel() {
  const list = byId("changes");
  /** Entries that are open, so that a refresh leaves them open. @type {Set<number>} */
  const open = new Set();

  async function refresh() {
    /** @type {{ entries: Change[] }} */
    const { entries } = await read(`/audit-log?limit=${SHOWN}`);
    list.replaceChildren(
      ...(entries.length === 0 ? [emptyRow("Nothing was changed yet.")] : entries.map(changeRow)),
    );
  }

  /** @param {Change} row */
  const changeRow = ({ id, at, key_id, key_name, action, subject, before, after }) =>
    h(
      "li",
      { class: "row" },
      h("b", {}, subject),
      h("span", { class: "quiet" }, `${action} · ${key_name ?? key_id} · ${agoInText(at)}`),
      before === null && after === null
        ? null
        : h(
            "details",
            {
              open: open.has(id),
              ontoggle: (/** @type {Event} */ event) => {
                if (/** @type {HTMLDetailsElement} */ (event.target).open) open.add(id);
                else open.delete(id);
              },
            },
            h("summary", {}, "before and after"),
            h("pre", {}, JSON.stringify({ before, after }, null, 1)),
          ),
    );

  return { list, refresh };
}
