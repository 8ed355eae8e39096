import { button, byId, emptyRow, h } from "../dom.js";
import { agoInText } from "../format.js";
import { read, write } from "../server.js";

/** @import { Act, Alerts } from "../../types.d.ts" */

const SILENCE_MINUTES = 60;

/**
 * What is pending or firing, with a button that keeps it quiet for an hour; silences, with one that
 * ends each; and what nobody could be told.
 * @param {Act} act
 */
export function alertsPanel(act) {
  const list = byId("alerts");

  async function refresh() {
    /** @type {Alerts} */
    const { active, silences, untold, heartbeat } = await read("/alerts");
    const rows = [
      ...active.map(alertRow),
      ...untold.map(({ summary, error }) =>
        h("li", { class: "row" }, h("b", {}, `Nobody was told: ${error}`), h("p", {}, summary)),
      ),
      ...silences.map(silenceRow),
    ];
    list.replaceChildren(...(rows.length === 0 ? [emptyRow("Nothing fires.")] : rows));
    byId("heartbeat").textContent =
      heartbeat.kind === "failed" ? heartbeat.problem : `heartbeat ${heartbeat.kind}`;
  }

  /** @param {Alerts["active"][number]} row */
  const alertRow = ({ alert, subject, status, severity, summary, description, ...row }) =>
    h(
      "li",
      { class: "row" },
      h(
        "span",
        { class: "pill", "data-kind": pillOf(status, severity) },
        `${status} · ${severity}`,
      ),
      h("b", {}, summary),
      h("span", { class: "quiet" }, `${alert} · ${agoInText(row.since)}${toldText(row)}`),
      row.silenced_by === null
        ? button("Silence 1 h", () => act(() => silence(alert, subject)), {
            class: "act",
            "aria-label": `Silence ${alert} ${subject ?? ""} for an hour`,
          })
        : null,
      description === "" ? null : h("p", { class: "quiet" }, ...withCode(description)),
    );

  /** @param {Alerts["silences"][number]} row */
  const silenceRow = ({ id, alert, subject, severity, until, by, comment }) =>
    h(
      "li",
      { class: "row" },
      h("span", { class: "pill", "data-kind": "waiting" }, "silence"),
      h("b", {}, [alert ?? "every alert", subject, severity].filter(Boolean).join(" · ")),
      h("span", { class: "quiet" }, [`until ${until}`, by, comment].filter(Boolean).join(" · ")),
      button("End", () => act(() => endSilence(id)), {
        class: "act",
        "aria-label": `End the silence of ${alert ?? "every alert"}`,
      }),
    );

  /** @param {string} alert @param {string | null} subject */
  async function silence(alert, subject) {
    await write("POST", "/alerts/silences", {
      alert,
      ...(subject === null ? {} : { subject }),
      minutes: SILENCE_MINUTES,
    });
    return `${alert} is silent for an hour.`;
  }

  /** @param {string} id */
  async function endSilence(id) {
    await write("DELETE", `/alerts/silences/${encodeURIComponent(id)}`);
    return "The silence has ended.";
  }

  return { list, refresh };
}

/**
 * What stands between backticks, as code.
 * @param {string} text
 */
const withCode = (text) =>
  text.split("`").map((part, at) => (at % 2 === 1 ? h("code", {}, part) : part));

/** @param {string} status @param {string} severity */
const pillOf = (status, severity) =>
  status === "pending" || severity === "info" ? "waiting" : "dead";

/** @param {{ notified_at: string | null, silenced_by: string | null }} row */
const toldText = ({ notified_at: told, silenced_by: silenced }) =>
  silenced !== null ? " · silenced" : told === null ? "" : ` · notified ${agoInText(told)}`;
