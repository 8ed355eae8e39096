import { button, byId } from "../dom.js";
import { read, requestError, write } from "../server.js";
import { faultTable } from "./faults.js";
import { providerTable, sourceTable } from "./tables.js";

/** @import { EmulatorFaults } from "../../types.d.ts" */

const EVERY = 3_000;

/**
 * The dialog that shows the sources, the services that are called, and the faults of the emulators
 * where there are any.
 * @param {() => void} askForKey
 */
export function servicesDialog(askForKey) {
  const dialog = byId("services", HTMLDialogElement);
  const tables = byId("services-parts");
  const note = byId("services-note");

  async function refresh() {
    try {
      const [{ sources }, { providers }, faults] = await Promise.all([
        read("/sources"),
        read("/providers"),
        readFaults(),
      ]);
      // Drawing again would close a list of choices that is open.
      if (tables.contains(document.activeElement)) return;
      tables.replaceChildren(
        sourceTable(sources),
        providerTable(providers),
        ...(faults === null ? [] : [faultTable(faults, setFault)]),
      );
    } catch (error) {
      showError(error);
    }
  }

  /** @param {unknown} error */
  function showError(error) {
    const { message, needsKey } = requestError(error);
    note.replaceChildren(message, " ", needsKey ? button("Use a key", askForKey) : "");
  }

  /**
   * @param {string} emulator
   * @param {string} fault
   * @param {number} rate
   */
  async function setFault(emulator, fault, rate) {
    note.replaceChildren();
    const path = `/faults/${encodeURIComponent(emulator)}`;
    const change = fault === "" ? write("DELETE", path) : write("PUT", path, { fault, rate });
    await change.catch(showError);
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    await refresh();
  }

  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  byId("services-close").addEventListener("click", () => dialog.close());
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  dialog.addEventListener("close", () => clearInterval(timer));
  return {
    open() {
      note.replaceChildren();
      dialog.showModal();
      refresh();
      timer = setInterval(() => document.hidden || refresh(), EVERY);
    },
  };
}

/**
 * Null where real services are called.
 * @returns {Promise<EmulatorFaults | null>}
 */
const readFaults = () =>
  read("/faults").catch((error) =>
    requestError(error).status === 404 ? null : Promise.reject(error),
  );
