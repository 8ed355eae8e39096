import { byId, emptyRow } from "./dom.js";
import { keyDialog } from "./key-dialog.js";
import { alertsPanel } from "./operate/alerts.js";
import { changesPanel } from "./operate/changes.js";
import { channelsPanel } from "./operate/channels.js";
import { deadLettersPanel } from "./operate/dead-letters.js";
import { mutesPanel } from "./operate/mutes.js";
import { outboxPanel } from "./operate/outbox.js";
import { quotaPanel } from "./operate/quota.js";
import { routesPanel } from "./operate/routes.js";
import { rulesEditor } from "./operate/rules.js";
import { requestError } from "./server.js";
import { isTenant, showTenant } from "./tenant.js";
import { theme } from "./theme.js";

/** @import { Act } from "../types.d.ts" */

const REFRESH_EVERY = 5_000;

const notice = byId("notice");

/**
 * Shows how a change went.
 * @param {string} text
 * @param {boolean} [bad]
 */
function showNotice(text, bad = false) {
  notice.textContent = text;
  notice.dataset.bad = String(bad);
}

/** @type {Act} */
async function act(task) {
  try {
    showNotice(await task());
  } catch (error) {
    const { message, status } = requestError(error);
    showNotice(message, true);
    if (status === 401) askForKey();
  }
  await refresh();
}

/** The alerts are about the server, which is the operators'. */
const alerts = alertsPanel(act);
const panels = [
  quotaPanel(),
  channelsPanel(act),
  mutesPanel(act),
  routesPanel(),
  outboxPanel(act),
  deadLettersPanel(act),
  changesPanel(),
];
const editor = rulesEditor(act);

const refresh = () =>
  Promise.all(
    [...(isTenant() ? [] : [alerts]), ...panels].map((panel) =>
      panel
        .refresh()
        .catch((error) => panel.list.replaceChildren(emptyRow(requestError(error).message))),
    ),
  );

/** What is asked for depends on whose key it is. */
async function open() {
  await showTenant();
  refresh();
  editor.open();
}

const askForKey = keyDialog(open);
byId("theme").addEventListener("click", theme().toggle);
setInterval(() => document.hidden || refresh(), REFRESH_EVERY);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
open();
