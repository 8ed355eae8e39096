import { h } from "../dom.js";
import { agoInText } from "../format.js";

/** @import { Alerts } from "../../types.d.ts" */

/**
 * The alerts that fire, each on a line; one line when none does.
 * @param {HTMLElement} list
 * @param {Pick<Alerts, "active">} alerts
 */
export function showFiring(list, { active }) {
  const firing = active.filter(({ status }) => status === "firing");
  list.hidden = false;
  list.replaceChildren(
    ...(firing.length === 0
      ? [h("li", { class: "quiet" }, "No alert fires.")]
      : firing.map(({ severity, summary, since, silenced_by: silenced }) =>
          h(
            "li",
            {},
            h("span", { class: "pill", "data-kind": pillOf(severity, silenced) }, severity),
            " ",
            h("b", {}, summary),
            h("span", { class: "quiet" }, ` · ${agoInText(since)}`),
            silenced === null ? null : h("span", { class: "quiet" }, " · silenced"),
          ),
        )),
  );
}

/** @param {string} severity @param {string | null} silenced */
const pillOf = (severity, silenced) =>
  silenced !== null || severity === "info" ? "waiting" : "dead";
