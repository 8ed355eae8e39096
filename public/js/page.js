import { byId } from "./dom.js";
import { drawer } from "./drawer.js";
import { keyDialog } from "./key-dialog.js";
import { follow } from "./live.js";
import { particles } from "./particles.js";
import { read } from "./server.js";
import { services } from "./services.js";
import { deliveries, postTicker } from "./side.js";
import { signals } from "./signals.js";
import { stages } from "./stages.js";
import { theme } from "./theme.js";
import { count } from "./words.js";

const OVERVIEW_EVERY = 5_000;
const HEALTH_EVERY = 30_000;

const wanted = new URLSearchParams(location.hash.slice(1)).get("signal");

const shade = theme();
const explain = drawer();
const list = signals(explain.open);
const cards = stages();
const dots = particles(cards);
const ticker = postTicker();
const sent = deliveries(() => askForKey());

const asked = services(() => askForKey());

const refreshSignals = soon(() => list.refresh());
const refreshDeliveries = soon(() => sent.refresh());
const refreshOverview = soon(async () => {
  const { waiting } = cards.show(await read("/overview"));
  byId("backlog").textContent = waiting > 0 ? `${count(waiting)} waiting` : "";
});

/**
 * Runs at once, then at most once a second however often it is called, and always after the last
 * call.
 */
function soon(task) {
  let timer = null;
  let again = false;
  const run = () => {
    again = false;
    Promise.resolve(task()).catch(() => undefined);
    timer = setTimeout(() => {
      timer = null;
      if (again) run();
    }, 1_000);
  };
  return () => {
    if (timer === null) run();
    else again = true;
  };
}

const heard = {
  posts({ posts }) {
    ticker.add(posts);
    posts.forEach(({ outcome }, at) => {
      const delay = (at * 900) / Math.max(8, posts.length);
      dots.send("accepted", "judged", { delay });
      if (outcome === "kept" || outcome === "evidence")
        dots.send("judged", "events", { delay: delay + 700 });
      else dots.send("judged", "events", { delay: delay + 700, falls: true, kind: "dropped" });
    });
    refreshOverview();
  },
  signal({ event_key: key, state }) {
    dots.send("events", "signals", { kind: state });
    refreshSignals();
    refreshOverview();
    explain.changed(key);
  },
  delivery({ result }) {
    dots.send("signals", "deliveries", { kind: result === "ok" ? "verified" : "downgraded" });
    refreshDeliveries();
    refreshOverview();
  },
};

const all = () => {
  refreshOverview();
  refreshSignals();
  refreshDeliveries();
};

const connection = byId("connection");
const stream = follow({
  message: (event, data) => heard[event]?.(data),
  missed: all,
  state(state) {
    connection.dataset.state = state;
    connection.lastElementChild.textContent = state === "live" ? "live" : "reconnecting";
  },
});

async function showHealth() {
  const health = await read("/healthz").catch(() => null);
  const facts =
    health === null
      ? ["no answer"]
      : [
          health.status,
          `v${health.version}`,
          `rules ${health.rules.version?.slice(0, 7) ?? "none"}`,
        ];
  byId("health").textContent = facts.join(" · ");
  byId("health").dataset.status = health?.status ?? "unhealthy";
}

const press = (state) => {
  for (const tab of document.querySelectorAll(".tabs button"))
    tab.setAttribute("aria-pressed", String(tab.dataset.state === state));
  list.filter({ state });
};
for (const tab of document.querySelectorAll(".tabs button"))
  tab.addEventListener("click", () => press(tab.dataset.state));

let typing;
byId("symbol").addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(() => list.filter({ symbol: target.value.trim().replace(/^\$/, "") }), 200);
});

const askForKey = keyDialog(() => {
  stream.restart();
  list.refresh({ fresh: true });
  all();
});
byId("theme").addEventListener("click", shade.toggle);
byId("services-open").addEventListener("click", asked.open);
byId("help").addEventListener("click", () => byId("help-dialog").showModal());

const shortcuts = {
  j: () => list.step(1),
  k: () => list.step(-1),
  t: shade.toggle,
  "/": () => byId("symbol").focus(),
  "?": () => byId("help-dialog").showModal(),
  1: () => press(""),
  2: () => press("verified"),
  3: () => press("candidate"),
  4: () => press("downgraded"),
};
document.addEventListener("keydown", (event) => {
  const busy =
    event.target.matches("input, textarea") || document.querySelector("dialog[open]") !== null;
  if (busy || event.ctrlKey || event.metaKey || event.altKey || shortcuts[event.key] === undefined)
    return;
  event.preventDefault();
  shortcuts[event.key]();
});

const whenSeen = (task) => () => document.hidden || task();
document.addEventListener("visibilitychange", whenSeen(all));
setInterval(whenSeen(refreshOverview), OVERVIEW_EVERY);
setInterval(whenSeen(showHealth), HEALTH_EVERY);
all();
showHealth();
if (wanted) explain.open(wanted);
