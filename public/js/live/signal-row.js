import { button, h } from "../dom.js";
import { ago, eventParts, many, score, shortened, signed, spaced, tokenName } from "../format.js";

/** @import { SignalListed } from "../../types.d.ts" */

const REASONS_SHOWN = 3;

/**
 * One signal as a list item that opens its explanation.
 * @param {SignalListed} signal
 * @param {(key: string) => unknown} open
 */
export function signalRow(signal, open) {
  const { event_key: key, level, ts } = signal;
  const posts = signal.evidence_count;
  return h(
    "li",
    { class: "signal", "data-key": key, "data-level": level },
    h(
      "button",
      { type: "button", onclick: () => open(key), "aria-haspopup": "dialog" },
      h("span", { class: "score", "data-level": level }, score(signal.score)),
      h("span", { class: "body" }, title(signal), reasons(signal)),
      h(
        "span",
        { class: "when" },
        h("time", { datetime: ts, title: ts }, ago(ts)),
        posts !== null && h("span", { class: "quiet" }, many(posts, "post")),
      ),
    ),
    signal.related.length > 0 && sameToken(signal.related, open),
  );
}

/**
 * The other events of the same token: of its symbol, of its contract.
 * @param {readonly string[]} keys
 * @param {(key: string) => unknown} open
 */
const sameToken = (keys, open) =>
  h(
    "span",
    { class: "related quiet" },
    "same token: ",
    ...keys.map((key) => {
      const { chain, token } = eventParts(key);
      const name = chain === "unknown" ? token : `${chain} ${shortened(token)}`;
      return button(name, () => open(key));
    }),
  );

/** @param {SignalListed} signal */
function title(signal) {
  const { chain } = eventParts(signal.event_key);
  return h(
    "span",
    { class: "title" },
    h("b", {}, tokenName(signal)),
    h("span", { class: "chain" }, chain === "unknown" ? "any chain" : chain),
    signal.type !== null &&
      signal.type !== "mention" &&
      h("span", { class: "chain" }, spaced(String(signal.type))),
    h("span", { class: "pill", "data-kind": signal.state }, signal.state),
    h("span", { class: "pill", "data-risk": signal.risk_level }, `risk ${signal.risk_level}`),
    signal.degraded && h("span", { class: "pill", "data-kind": "degraded" }, "degraded"),
  );
}

/**
 * The reasons that weigh most; without any, what is not known.
 * @param {SignalListed} signal
 */
function reasons({ reasons: all, missing }) {
  const shown = [...all]
    .sort((a, b) => Math.abs(b.score) - Math.abs(a.score))
    .slice(0, REASONS_SHOWN);
  return h(
    "span",
    { class: "reasons" },
    ...shown.map((reason) =>
      h(
        "span",
        { class: "reason" },
        h("em", { "data-sign": Math.sign(reason.score) }, signed(reason.score)),
        reason.text,
      ),
    ),
    all.length > shown.length &&
      h("span", { class: "reason quiet" }, `${all.length - shown.length} more`),
    all.length === 0 &&
      h("span", { class: "reason quiet" }, missing.join(" · ") || "no rule matched"),
  );
}
