import { byId, elements } from "./dom.js";
import { signalDrawer } from "./explain/drawer.js";
import { particles } from "./flow/particles.js";
import { stageCards } from "./flow/stages.js";
import { count } from "./format.js";
import { keyDialog } from "./key-dialog.js";
import { latestDeliveries } from "./live/deliveries.js";
import { showFacts } from "./live/health-facts.js";
import { postTicker } from "./live/post-ticker.js";
import { listenForShortcuts } from "./live/shortcuts.js";
import { signalList } from "./live/signals.js";
import { followStream } from "./live/stream.js";
import { throttled } from "./live/throttle.js";
import { postDialog } from "./post/dialog.js";
import { read } from "./server.js";
import { servicesDialog } from "./services/dialog.js";
import { isTenant, showTenant } from "./tenant.js";
import { theme } from "./theme.js";

/**
 * @import { Health, LiveEvents } from "../types.d.ts"
 * @typedef {{ [Name in keyof LiveEvents]: (message: LiveEvents[Name]) => void }} LiveHandlers
 */

const OVERVIEW_EVERY = 5_000;
const HEALTH_EVERY = 30_000;
/** A batch of posts is spread over this time, and follows the flow from card to card. */
const BATCH_MS = 900;
const NEXT_CARD_MS = 700;

const wanted = new URLSearchParams(location.hash.slice(1)).get("signal");

const colours = theme();
const drawer = signalDrawer();
const signals = signalList(drawer.open, () => askForKey());
const cards = stageCards();
const dots = particles(cards);
const post = postDialog();
const ticker = postTicker(post.open);
const askForKey = keyDialog(async () => {
  stream.restart();
  await showTenant();
  signals.refresh({ fresh: true });
  refreshAll();
  showHealth();
});
const deliveries = latestDeliveries(askForKey);
const services = servicesDialog(askForKey);

const refreshSignals = throttled(() => signals.refresh());
const refreshDeliveries = throttled(() => deliveries.refresh());
/** The figures count the rows of all tenants. */
const refreshOverview = throttled(async () => {
  if (isTenant()) return;
  const { waiting } = cards.show(await read("/overview"));
  byId("backlog").textContent = waiting > 0 ? `${count(waiting)} waiting` : "";
});

/** @type {LiveHandlers} */
const handlers = {
  posts({ posts }) {
    ticker.add(posts);
    posts.forEach(({ outcome }, at) => {
      const delay = (at * BATCH_MS) / Math.max(8, posts.length);
      const kept = outcome === "kept" || outcome === "evidence";
      const next = kept ? {} : { falls: true, kind: "dropped" };
      dots.send("accepted", "judged", { delay });
      dots.send("judged", "events", { ...next, delay: delay + NEXT_CARD_MS });
    });
    refreshOverview();
  },
  signal({ event_key: key, state }) {
    dots.send("events", "signals", { kind: state });
    refreshSignals();
    refreshOverview();
    drawer.changed(key);
  },
  delivery({ result }) {
    dots.send("signals", "deliveries", { kind: result === "ok" ? "verified" : "downgraded" });
    refreshDeliveries();
    refreshOverview();
  },
};

function refreshAll() {
  refreshOverview();
  refreshSignals();
  refreshDeliveries();
}

const connection = byId("connection");
const connectionText = byId("connection-text");
const stream = followStream({
  message: (event, data) => handlers[event]?.(data),
  missed: refreshAll,
  state(state) {
    connection.dataset.state = state;
    connectionText.textContent = state === "live" ? "live" : "reconnecting";
  },
});

async function showHealth() {
  // 503 comes with a report too.
  /** @type {Health | null} */
  const health = await read("/healthz", [503]).catch(() => null);
  showFacts(byId("health"), health);
}

const tabs = elements(document, ".tabs button", HTMLButtonElement);
/** @param {string} state */
const showState = (state) => {
  for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.state === state));
  signals.filter({ state });
};
for (const tab of tabs) tab.addEventListener("click", () => showState(tab.dataset.state ?? ""));

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
const symbol = byId("symbol", HTMLInputElement);
symbol.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(
    () => signals.filter({ symbol: symbol.value.trim().replace(/^\$/, "") }),
    200,
  );
});

const showHelp = () => byId("help-dialog", HTMLDialogElement).showModal();
byId("theme").addEventListener("click", colours.toggle);
byId("services-open").addEventListener("click", services.open);
byId("help").addEventListener("click", showHelp);
listenForShortcuts({
  j: () => signals.step(1),
  k: () => signals.step(-1),
  t: colours.toggle,
  "/": () => symbol.focus(),
  "?": showHelp,
  1: () => showState(""),
  2: () => showState("verified"),
  3: () => showState("candidate"),
  4: () => showState("downgraded"),
});

/** @param {() => unknown} task */
const whenSeen = (task) => () => document.hidden || task();
document.addEventListener("visibilitychange", whenSeen(refreshAll));
setInterval(whenSeen(refreshOverview), OVERVIEW_EVERY);
setInterval(whenSeen(showHealth), HEALTH_EVERY);
showTenant().then(refreshAll);
showHealth();
if (wanted) drawer.open(wanted);
post.openAddressed();
addEventListener("hashchange", post.openAddressed);
