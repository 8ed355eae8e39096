import { deliveryRow } from "../delivery-row.js";
import { button, byId, emptyRow, h } from "../dom.js";
import { read, requestError, write } from "../server.js";

/** @import { Delivery } from "../../types.d.ts" */

const DELIVERIES_SHOWN = 12;

/**
 * The latest deliveries. A retry without permission asks for a key; any other refusal is shown
 * beside its button.
 * @param {() => void} askForKey
 */
export function latestDeliveries(askForKey) {
  const list = byId("deliveries");

  /**
   * @param {number} id
   * @param {HTMLButtonElement} pressed
   */
  async function retry(id, pressed) {
    pressed.disabled = true;
    try {
      await write("POST", `/outbox/${id}/retry`);
      await refresh();
    } catch (error) {
      const { needsKey, message } = requestError(error);
      if (needsKey) askForKey();
      else pressed.after(h("span", { class: "quiet" }, message));
      pressed.disabled = false;
    }
  }

  async function refresh() {
    try {
      /** @type {{ outbox: Delivery[] }} */
      const { outbox } = await read(`/outbox?limit=${DELIVERIES_SHOWN}`);
      const none = emptyRow(
        "Nothing to deliver yet. A delivery follows when a signal changes its state.",
      );
      list.replaceChildren(
        ...(outbox.length === 0 ? [none] : outbox.map((row) => deliveryRow(row, retry))),
      );
    } catch (error) {
      const { needsKey, message } = requestError(error);
      list.replaceChildren(
        needsKey
          ? emptyRow("Deliveries are not public here. ", button("Use a key", askForKey))
          : emptyRow(message),
      );
    }
  }

  return { refresh };
}
