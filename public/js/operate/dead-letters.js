import { button, byId, emptyRow, h } from "../dom.js";
import { agoInText } from "../format.js";
import { read, write } from "../server.js";

/** @import { Act, DeadLetter } from "../../types.d.ts" */

const SHOWN = 15;

/**
 * Dead letters that were not replayed yet: their error, advice, and a button to replay them.
 * @param {Act} act
 */
export function deadLettersPanel(act) {
  const list = byId("dead-letters");

  async function refresh() {
    /** @type {{ dead_letters: DeadLetter[] }} */
    const { dead_letters: rows } = await read(`/dead-letters?replayed=false&limit=${SHOWN}`);
    list.replaceChildren(
      ...(rows.length === 0 ? [emptyRow("No dead letters.")] : rows.map(deadLetterRow)),
    );
  }

  /** @param {DeadLetter} row */
  const deadLetterRow = ({ id, stage, reason, error, advice, subject, created_at: at }) =>
    h(
      "li",
      { class: "row" },
      h("span", { class: "pill", "data-kind": "dead" }, reason),
      h("b", {}, stage),
      h("span", { class: "quiet" }, [subject, agoInText(at)].filter(Boolean).join(" · ")),
      button("Replay", () => act(() => replay(id)), {
        class: "act",
        "aria-label": `Replay dead letter ${id}`,
      }),
      h("p", {}, error),
      h("p", { class: "quiet" }, advice),
    );

  /** @param {number} id */
  async function replay(id) {
    const { replayed } = await write("POST", "/dead-letters/replay", { ids: [id] });
    return replayed === 1
      ? `Dead letter ${id} was queued again.`
      : `Dead letter ${id} was replayed already.`;
  }

  return { list, refresh };
}
