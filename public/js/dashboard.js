import { keyFigures } from "./dashboard/figures.js";
import { showFiring } from "./dashboard/firing.js";
import { panelView } from "./dashboard/panel.js";
import { putInAddress, queryOf, RANGES, REFRESHES, viewFromAddress } from "./dashboard/ranges.js";
import { button, byId, h } from "./dom.js";
import { utcClock } from "./format.js";
import { keyDialog } from "./key-dialog.js";
import { listenForShortcuts } from "./live/shortcuts.js";
import { read, requestError } from "./server.js";
import { theme } from "./theme.js";

/** @import { DashboardAnswer } from "../types.d.ts" */

const GROUPS = [
  { title: "Posts", panels: ["posts-by-source", "posts-by-outcome", "drops", "tokens"] },
  { title: "Time", panels: ["stages", "end-to-end", "stages-over-time", "open-work"] },
  { title: "Signals", panels: ["signals-by-state", "scores", "rules-versions"] },
  { title: "Deliveries", panels: ["deliveries", "channels"] },
  {
    title: "Providers and queues",
    panels: [
      ...["providers", "provider-errors", "provider-budgets", "cache"],
      ...["breakers-open", "breakers", "queues"],
    ],
  },
  { title: "Cost", panels: ["cost"] },
];

const view = viewFromAddress();
const holder = byId("panels");
const status = byId("status");
/** @type {ReturnType<typeof panelView>[]} */
let shown = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let reading = 0;

async function refresh() {
  clearTimeout(timer);
  const mine = ++reading;
  holder.setAttribute("aria-busy", "true");
  try {
    const [answer, alerts] = await Promise.all([
      read(`/analytics/dashboard?${queryOf(view)}`),
      // The charts are shown also when the alerts cannot be read.
      read("/alerts").catch(() => null),
    ]);
    if (mine === reading) show(answer);
    if (mine === reading && alerts !== null) showFiring(byId("firing"), alerts);
  } catch (error) {
    if (mine === reading) showError(requestError(error));
  }
  if (mine !== reading) return;
  holder.setAttribute("aria-busy", "false");
  if (view.refresh > 0) timer = setTimeout(refreshWhenSeen, view.refresh * 1_000);
}

const refreshWhenSeen = () => {
  if (!document.hidden) refresh();
};

/** @param {DashboardAnswer} answer */
function show(answer) {
  const opened = new Set(
    [...holder.querySelectorAll("[data-panel]:has(details[open])")].map((element) =>
      element.getAttribute("data-panel"),
    ),
  );
  for (const each of shown) each.destroy();
  const views = new Map(answer.panels.map((panel) => [panel.name, panelView(panel, answer)]));
  shown = [...views.values()];
  const placed = new Set(GROUPS.flatMap(({ panels }) => panels));
  const others = answer.panels.map(({ name }) => name).filter((name) => !placed.has(name));
  const groups = [...GROUPS, { title: "More", panels: others }];
  holder.replaceChildren(
    ...groups.flatMap(({ title, panels }) => {
      const elements = panels.flatMap((name) => views.get(name)?.element ?? []);
      const grid = h("div", { class: "grid" }, ...elements);
      return elements.length > 0
        ? [h("section", { class: "group" }, h("h2", {}, title), grid)]
        : [];
    }),
  );
  for (const name of opened)
    holder.querySelector(`[data-panel="${name}"] details`)?.setAttribute("open", "");
  byId("figures").replaceChildren(...keyFigures(answer.panels));
  status.textContent = `Read at ${utcClock(new Date().toISOString())}`;
  showSource(answer);
}

/**
 * Says once for all panels that there are no points to read.
 * @param {DashboardAnswer} answer
 */
function showSource({ panels }) {
  const points = panels.some(({ source }) => source === "points");
  const note = byId("source");
  note.hidden = points;
  note.textContent = points
    ? ""
    : "Analytics are not set up here: these charts show the tables, and the counters since the " +
      "deployment. Points over time: npm start -- --analytics, or ANALYTICS_TOKEN in a " +
      "deployment.";
}

/** @param {ReturnType<typeof requestError>} error */
function showError(error) {
  status.textContent = "";
  const again = button("Try again", refresh);
  const key = error.needsKey && button("Enter a key", askForKey);
  for (const each of shown) each.destroy();
  shown = [];
  byId("figures").replaceChildren();
  byId("source").hidden = true;
  holder.replaceChildren(
    h("div", { class: "panel" }, h("p", { class: "empty" }, error.message, " ", key || again)),
  );
}

const ranges = byId("ranges");
for (const [range, { label }] of Object.entries(RANGES))
  ranges.append(button(label, () => choose({ range }), { "data-range": range }));
const select = byId("refresh", HTMLSelectElement);
for (const seconds of REFRESHES)
  select.append(
    h(
      "option",
      { value: seconds },
      seconds === 0 ? "off" : seconds < 60 ? `every ${seconds} s` : `every ${seconds / 60} min`,
    ),
  );
select.addEventListener("change", () => choose({ refresh: Number(select.value) }));

/** @param {{ range?: string, refresh?: number }} chosen */
function choose(chosen) {
  Object.assign(view, chosen);
  putInAddress(view);
  showView();
  refresh();
}

function showView() {
  select.value = String(view.refresh);
  for (const each of ranges.querySelectorAll("button"))
    each.setAttribute("aria-pressed", String(each.dataset.range === view.range));
}

const colours = theme();
function switchTheme() {
  colours.toggle();
  for (const each of shown) each.redraw();
}
const askForKey = keyDialog(refresh);
byId("theme").addEventListener("click", switchTheme);
matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => {
  for (const each of shown) each.redraw();
});
document.addEventListener("visibilitychange", refreshWhenSeen);
listenForShortcuts({
  r: refresh,
  t: switchTheme,
  ...Object.fromEntries(
    Object.keys(RANGES).map((range, at) => [String(at + 1), () => choose({ range })]),
  ),
});
showView();
refresh();
