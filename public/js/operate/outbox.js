import { deliveryRow } from "../delivery-row.js";
import { byId, elements, emptyRow } from "../dom.js";
import { read, requestError, write } from "../server.js";

/** @import { Act, Delivery } from "../../types.d.ts" */

const SHOWN = 15;

/**
 * Notifications with their attempts, filtered by status; a failed one can be sent again now.
 * @param {Act} act
 */
export function outboxPanel(act) {
  const list = byId("deliveries");
  let status = "";

  async function refresh() {
    const filter = status && `&status=${status}`;
    /** @type {{ outbox: Delivery[] }} */
    const { outbox: rows } = await read(`/outbox?limit=${SHOWN}${filter}`);
    const none = emptyRow(status ? "None." : "Nothing to deliver yet.");
    list.replaceChildren(
      ...(rows.length === 0
        ? [none]
        : rows.map((row) => deliveryRow(row, (id) => act(() => retry(id))))),
    );
  }

  /** @param {number} id */
  async function retry(id) {
    await write("POST", `/outbox/${id}/retry`);
    return `Delivery ${id} is due now, with the idempotency key it had.`;
  }

  const tabs = elements(document, ".tabs button[data-status]", HTMLButtonElement);
  for (const tab of tabs)
    tab.addEventListener("click", () => {
      status = tab.dataset.status ?? "";
      for (const each of tabs) each.setAttribute("aria-pressed", String(each === tab));
      refresh().catch((error) => list.replaceChildren(emptyRow(requestError(error).message)));
    });
  return { list, refresh };
}
