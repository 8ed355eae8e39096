import { byId, h } from "../dom.js";
import { read, write } from "../server.js";
import { delivery } from "../side.js";

const SHOWN = 15;
const ENDS = ["failed", "dlq"];

/** Notifications with their attempts; what failed may be sent again now. */
export function outbox(act) {
  const list = byId("deliveries");
  let status = "";

  async function refresh() {
    const { outbox: rows } = await read(`/outbox?limit=${SHOWN}${status && `&status=${status}`}`);
    const none = h("li", { class: "empty" }, status ? "None." : "Nothing to deliver yet.");
    list.replaceChildren(...(rows.length === 0 ? [none] : rows.map(row)));
  }

  function row(given) {
    const item = delivery(given);
    if (ENDS.includes(given.status))
      item.append(h("button", { type: "button", class: "act", onclick: () => act(() => retry(given.id)) }, "Send now"));
    return item;
  }

  async function retry(id) {
    await write("POST", `/outbox/${id}/retry`);
    return `Delivery ${id} is due now, with the key it had.`;
  }

  const tabs = [...document.querySelectorAll(".tabs button[data-status]")];
  for (const tab of tabs)
    tab.addEventListener("click", () => {
      status = tab.dataset.status;
      for (const each of tabs) each.setAttribute("aria-pressed", String(each === tab));
      refresh();
    });
  return { list, refresh };
}
