import { byId, h } from "./dom.js";
import { getKey, requestError, setKey, takeKeyFromAddress } from "./server.js";

const USED_LINK =
  "This link was used before, or is too old. Type a key, or start again for a link.";

/**
 * The button and the dialog that ask for a key. Answers the function that opens the dialog.
 * @param {() => void} changed runs when a key was entered or forgotten
 */
export function keyDialog(changed) {
  const button = byId("keys");
  const dialog = byId("key-dialog", HTMLDialogElement);
  const input = byId("key", HTMLInputElement);
  const warning = h("p", { class: "warning", role: "alert" });
  input.closest("label")?.before(warning);
  const mark = () => button.setAttribute("data-set", String(getKey() !== null));
  const open = () => dialog.showModal();
  button.addEventListener("click", open);
  dialog.addEventListener("close", () => {
    const chosen = dialog.returnValue;
    if (chosen !== "use" && chosen !== "forget") return;
    setKey(chosen === "use" ? input.value.trim() : "");
    input.value = "";
    warning.textContent = "";
    dialog.returnValue = "";
    mark();
    changed();
  });
  mark();
  takeKeyFromAddress().then(
    (taken) => {
      if (!taken) return;
      dialog.close();
      mark();
      changed();
    },
    (error) => {
      const failure = requestError(error);
      warning.textContent = failure.needsKey ? USED_LINK : failure.message;
      if (!dialog.open) open();
    },
  );
  return open;
}
