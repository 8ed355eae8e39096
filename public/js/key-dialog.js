import { byId } from "./dom.js";
import { getKey, setKey, takeKeyFromAddress } from "./server.js";

/**
 * The button and the dialog that ask for a key; `changed` runs once one is used or forgotten.
 * Answers how to open it.
 */
export function keyDialog(changed) {
  takeKeyFromAddress();
  const [button, dialog, input] = [byId("keys"), byId("key-dialog"), byId("key")];
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
  return open;
}
