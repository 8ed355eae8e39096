import { byId, emptyRow, h } from "../dom.js";
import { many } from "../format.js";
import { read, requestError, write } from "../server.js";

/** @import { RoutePreviewShown, RoutesInForce } from "../../types.d.ts" */

/** How the page shows an outcome. @type {Record<string, [kind: string, text: string]>} */
const OUTCOMES = {
  sent: ["done", "sent"],
  held: ["pending", "held"],
  skipped: ["dlq", "not sent"],
  not_routed: ["", "no route"],
  not_wanted: ["", "not wanted"],
};

/** Which routes are in force, and where a signal would go by them. */
export function routesPanel() {
  const list = byId("routed");
  const of = byId("route-of", HTMLInputElement);
  const score = byId("route-score", HTMLInputElement);
  const state = byId("route-state", HTMLSelectElement);

  byId("try-route").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      show(await write("POST", "/routes/test", asked()));
    } catch (error) {
      list.replaceChildren(emptyRow(requestError(error).message));
    }
  });

  /** An event key has colons, a symbol none. */
  const asked = () => {
    const name = of.value.trim();
    if (name.includes(":")) return { event_key: name };
    const symbol = name.replace(/^\$/, "").toUpperCase();
    const facts = { state: state.value, score: Number(score.value), ...(symbol && { symbol }) };
    return { facts };
  };

  /** @param {RoutePreviewShown} preview */
  const show = ({ channels }) =>
    list.replaceChildren(
      ...(channels.length === 0 ? [emptyRow("There are no channels.")] : channels.map(channelRow)),
    );

  /** @param {RoutePreviewShown["channels"][number]} row */
  const channelRow = ({ channel, outcome, route, at, reason, repeats_every_ms: every }) => {
    const [kind, text] = OUTCOMES[outcome] ?? ["", outcome];
    const said = [
      route === null ? null : `by ${route}`,
      reason,
      outcome === "held" && at !== null ? `until ${new Date(at).toLocaleString()}` : null,
      every === null ? null : `again every ${every / 60_000} min`,
    ];
    return h(
      "li",
      { class: "row" },
      h("b", {}, channel),
      h("span", { class: "pill", "data-kind": kind }, text),
      h("span", { class: "quiet" }, said.filter((part) => part !== null).join(" · ")),
    );
  };

  async function refresh() {
    /** @type {RoutesInForce} */
    const { sha, routes, unknown_channels: gone } = await read("/routes");
    const missing = gone.map(({ channel }) => channel).join(", ");
    byId("routes-version").textContent =
      sha === null
        ? "none: each channel gets what its filter takes"
        : `${many(routes, "route")} · ${sha.slice(0, 12)}${missing && ` · gone: ${missing}`}`;
  }

  return { list, refresh };
}
