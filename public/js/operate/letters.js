import { byId, h } from "../dom.js";
import { read, write } from "../server.js";
import { ago } from "../words.js";

const SHOWN = 15;

/** Dead letters that nobody replayed yet: what they say, what to do, and another try. */
export function letters(act) {
  const list = byId("letters");

  async function refresh() {
    const { dead_letters: rows } = await read(`/dead-letters?replayed=false&limit=${SHOWN}`);
    list.replaceChildren(
      ...(rows.length === 0
        ? [h("li", { class: "empty" }, "None: everything found its way.")]
        : rows.map(row)),
    );
  }

  const row = ({ id, stage, reason, error, advice, subject, created_at: at }) =>
    h(
      "li",
      { class: "row" },
      h("span", { class: "pill", "data-kind": "dead" }, reason),
      h("b", {}, stage),
      h("span", { class: "quiet" }, `${subject ?? ""} · ${ago(at)} ago`),
      h("button", { type: "button", class: "act", onclick: () => act(() => replay(id)) }, "Replay"),
      h("p", {}, error),
      h("p", { class: "quiet" }, advice),
    );

  async function replay(id) {
    const { replayed } = await write("POST", "/dead-letters/replay", { ids: [id] });
    return replayed === 1
      ? `Letter ${id} is on its way again.`
      : `Letter ${id} was replayed already.`;
  }

  return { list, refresh };
}
