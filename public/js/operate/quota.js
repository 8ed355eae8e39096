import { byId, h } from "../dom.js";
import { count } from "../format.js";
import { isTenant, showTenant } from "../tenant.js";

/** @import { Quota } from "../../types.d.ts" */

/** What the tenant of the key may use, and has used. Of the operators there is none. */
export function quotaPanel() {
  const list = byId("quotas");

  async function refresh() {
    if (!isTenant()) return;
    const { quotas } = await showTenant();
    list.replaceChildren(...quotas.map(row));
  }

  return { list, refresh };
}

/** @param {Quota} quota */
const row = ({ name, limit, used }) =>
  h(
    "li",
    { class: "row" },
    h("span", {}, name.replaceAll("_", " ")),
    h("span", { class: "quiet" }, limit === null ? "no limit" : usedOf(limit, used)),
  );

/** @param {number} limit @param {number | null} used */
const usedOf = (limit, used) =>
  used === null ? `up to ${count(limit)}` : `${count(used)} of ${count(limit)}`;
