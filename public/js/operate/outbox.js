import { byId, h } from "../dom.js";
import { read, write } from "../server.js";
import { delivery } from "../side.js";

const SHOWN = 15;

/** Notifications with their attempts; what failed may be sent again now. */
export function outbox(act) {
  const list = byId("deliveries");
  let status = "";

  async function refresh() {
    const { outbox: rows } = await read(`/outbox?limit=${SHOWN}${status && `&status=${status}`}`);
    const none = h("li", { class: "empty" }, status ? "None." : "Nothing to deliver yet.");
    list.replaceChildren(
      ...(rows.length === 0
        ? [none]
        : rows.map((row) => delivery(row, (id) => act(() => retry(id))))),
    );
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
