import { h } from "../dom.js";
import { ago, count } from "../format.js";

/** @import { Child, Provider, Source } from "../../types.d.ts" */

/** @param {readonly Source[]} sources */
export const sourceTable = (sources) =>
  tableSection(
    "Sources",
    ["source", "state", "polled", "cursor", "last answer"],
    sources.map(({ source, on, why, polled_at, moved_at, last_verdict }) => [
      source,
      on ? pill("closed", "on") : h("span", { class: "quiet" }, `off: ${why}`),
      since(polled_at),
      since(moved_at),
      last_verdict ?? "–",
    ]),
  );

/** @param {readonly Provider[]} providers */
export const providerTable = (providers) =>
  tableSection(
    "Services that are called",
    ["service", "breaker", "calls a minute", "budget left", "last answer"],
    providers.map(
      ({ provider, on, why, breaker, cause, calls_last_minute, per_minute, budget_left, last }) => [
        on ? provider : h("span", { class: "quiet" }, `${provider} (off: ${why})`),
        pill(breaker, cause === null ? breaker : `${breaker} · ${cause}`),
        per_minute === null ? "–" : `${calls_last_minute} of ${per_minute}`,
        budget_left === null ? "–" : count(budget_left),
        last === null ? "–" : `${last.kind}, ${ago(last.at)}`,
      ],
    ),
  );

/**
 * @param {string} title
 * @param {readonly string[]} heads
 * @param {readonly Child[][]} rows
 */
export const tableSection = (title, heads, rows) =>
  h(
    "section",
    {},
    h("h3", {}, title),
    h(
      "table",
      { class: "parts services" },
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h(
        "tbody",
        {},
        ...rows.map((cells) => h("tr", {}, ...cells.map((cell) => h("td", {}, cell)))),
      ),
    ),
  );

/**
 * @param {string} kind
 * @param {string} text
 */
const pill = (kind, text) => h("span", { class: "pill", "data-service": kind }, text);

/** @param {string | null} time */
const since = (time) => (time === null ? "–" : ago(time));
