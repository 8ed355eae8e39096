import { byId } from "./dom.js";
import { getKey, setKey, takeKeyFromAddress } from "./server.js";

/**
 * The button and the dialog that ask for a key. Answers the function that opens the dialog.
 * @param {() => void} changed runs when a key was entered or forgotten
 */
export function keyDialog(changed) {
  const button = byId("keys");
  const dialog = byId("key-dialog", HTMLDialogElement);
  const input = byId("key", HTMLInputElement);
  const mark = () => button.setAttribute("data-set", String(getKey() !== null));
  const open = () => dialog.showModal();
  button.addEventListener("click", open);
  dialog.addEventListener("close", () => {
    const chosen = dialog.returnValue;
    if (chosen !== "use" && chosen !== "forget") return;
    setKey(chosen === "use" ? input.value.trim() : "");
    input.value = "";
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
    // The link was used: whoever has a key may type it.
    () => dialog.open || open(),
  );
  return open;
}
