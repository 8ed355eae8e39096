import { byId, h } from "./dom.js";
import { keyDialog } from "./key-dialog.js";
import { channels } from "./operate/channels.js";
import { letters } from "./operate/letters.js";
import { outbox } from "./operate/outbox.js";
import { rules } from "./operate/rules.js";
import { theme } from "./theme.js";

const LOOK_EVERY = 5_000;

const told = byId("told");
/** Says how a change went. A refusal for want of a key opens the dialog. */
export function tell(text, bad = false) {
  told.textContent = text;
  told.dataset.bad = String(bad);
}

async function act(task) {
  try {
    tell(await task());
  } catch (error) {
    tell(error.message, true);
    if (error.status === 401) askForKey();
  }
  await look();
}

const panels = [channels(act), outbox(act), letters(act)];
const editor = rules(act);

async function look() {
  await Promise.all(
    panels.map((panel) =>
      panel
        .refresh()
        .catch((error) => panel.list.replaceChildren(h("li", { class: "empty" }, error.message))),
    ),
  );
}

const askForKey = keyDialog(() => {
  look();
  editor.open();
});
byId("theme").addEventListener("click", theme().toggle);
setInterval(() => document.hidden || look(), LOOK_EVERY);
document.addEventListener("visibilitychange", () => document.hidden || look());
look();
editor.open();
