/**
 * Runs the action of a key that is pressed outside of inputs and dialogs.
 * @param {Readonly<Record<string, () => unknown>>} actions by the key's name
 */
export function listenForShortcuts(actions) {
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    const typing = event.target instanceof Element && event.target.matches("input, textarea");
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (!action || typing || modified || document.querySelector("dialog[open]") !== null) return;
    event.preventDefault();
    action();
  });
}
