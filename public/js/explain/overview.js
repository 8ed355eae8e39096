import { h } from "../dom.js";
import { eventParts, many, score, spaced, tokenName, utcTime } from "../format.js";

/** @import { Child, EventDetail, SignalRow } from "../../types.d.ts" */

/**
 * The score, the token and the state of a signal.
 * @param {EventDetail} event
 */
export const signalHeader = ({ signal, symbol, event_key }) =>
  h(
    "header",
    { class: "top" },
    h("span", { class: "score big", "data-level": signal.level }, score(signal.score)),
    h("div", {}, h("h2", { id: "drawer-title" }, tokenName({ symbol, event_key })), pills(signal)),
  );

/** @param {SignalRow} signal */
const pills = ({ state, level, risk_level: risk, degraded }) =>
  h(
    "p",
    { class: "title" },
    h("span", { class: "pill", "data-kind": state }, state),
    h("span", { class: "pill", "data-level": level }, level),
    h("span", { class: "pill", "data-risk": risk }, `risk ${risk}`),
    degraded && h("span", { class: "pill", "data-kind": "degraded" }, "degraded"),
  );

/**
 * What the event is, in figures.
 * @param {EventDetail} event
 */
export function eventFigures(event) {
  const { chain, token, start } = eventParts(event.event_key);
  const byHash = Number(event.signal.features_snapshot.values.texts_by_hash ?? 0);
  const evidence = [
    many(event.evidence_count, "text"),
    many(event.unique_authors, "author"),
    many(event.copies, "copy", "copies"),
    ...(byHash > 0 ? [`${many(byHash, "text")} compared by exact words only`] : []),
  ];
  return h(
    "dl",
    { class: "about" },
    pair("Chain", chain === "unknown" ? "any chain: no address was named" : chain),
    pair("Token", h("code", {}, event.token_ca ?? token)),
    pair("Type", spaced(event.type)),
    pair("Window", start ? utcTime(start) : "–"),
    pair("Evidence", evidence.join(", ")),
    pair("Rules", h("code", {}, event.signal.rules_version.slice(0, 12))),
  );
}

/**
 * @param {string} name
 * @param {Child} value
 */
const pair = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
