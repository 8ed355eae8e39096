import { button, byId, h, present } from "../dom.js";
import { read, requestError } from "../server.js";
import { evidenceSection } from "./evidence.js";
import { factsSection } from "./facts.js";
import { historySection } from "./history.js";
import { eventFigures, signalHeader } from "./overview.js";
import { matchedRules, otherRules } from "./rules.js";
import { stateConditions } from "./states.js";

/**
 * @import { EventDetail, Explanation, SignalChange } from "../../types.d.ts"
 * @typedef {{ rules_version: string, error: string }} NoExplanation the rules are not stored any
 * more
 */

/**
 * The explanation of one signal: why it has its score and its state, rule by rule, fact by fact,
 * post by post.
 */
export function signalDrawer() {
  const dialog = byId("drawer", HTMLDialogElement);
  const close = button("×", () => dialog.close(), { class: "close", "aria-label": "Close" });
  /** @type {string | null} */
  let current = null;

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    current = null;
    if (location.hash.startsWith("#signal="))
      history.replaceState(null, "", location.pathname + location.search);
  });

  /** @param {string} key */
  async function load(key) {
    const path = encodeURIComponent(key);
    const [event, explanation, history] = await Promise.allSettled([
      read(`/events/${path}?order=latest`),
      read(`/signals/${path}/explain`),
      read(`/signals/${path}/history?limit=200`),
    ]);
    if (current !== key) return;
    const shown =
      event.status === "rejected"
        ? [h("p", { class: "empty" }, requestError(event.reason).message)]
        : content(
            event.value,
            explanation.status === "fulfilled" ? explanation.value : null,
            history.status === "fulfilled" ? history.value.history : [],
          );
    dialog.replaceChildren(close, ...shown);
  }

  return {
    /** @param {string} key */
    open(key) {
      current = key;
      history.replaceState(null, "", `#signal=${encodeURIComponent(key)}`);
      dialog.replaceChildren(close, h("p", { class: "empty" }, "Loading …"));
      if (!dialog.open) dialog.showModal();
      return load(key);
    },
    /**
     * Reads the signal again when it is the one shown.
     * @param {string} key
     */
    changed(key) {
      if (current === key) load(key);
    },
  };
}

/**
 * @param {EventDetail} event
 * @param {Explanation | NoExplanation | null} explanation null: it could not be read
 * @param {SignalChange[]} changes
 */
function content(event, explanation, changes) {
  const { signal, evidence } = event;
  const missing = signal.missing.join(" · ");
  return present([
    signalHeader(event),
    h("p", { class: "summary" }, event.summary),
    eventFigures(event),
    missing && h("p", { class: "missing" }, "Not known: ", missing),
    explanation === null || "error" in explanation
      ? h("p", { class: "empty" }, "The rules that scored this signal are not loaded.")
      : h(
          "section",
          {},
          storedScore(explanation),
          h("h3", {}, "Rules that matched"),
          matchedRules(explanation.rules),
          h("h3", {}, "State"),
          stateConditions(explanation.states),
          otherRules(explanation.rules),
        ),
    historySection(changes),
    factsSection(signal.features_snapshot),
    evidenceSection(evidence, event.evidence_count + event.copies),
  ]);
}

/**
 * Whether the rules make of the stored facts what is stored.
 * @param {Explanation} explanation
 */
function storedScore({ agree, stored, recomputed }) {
  const text = agree
    ? "Scoring the stored facts again gives the same score."
    : `Stored: score ${stored.score}, ${stored.level}, ${stored.state}. ` +
      `The rules give: score ${recomputed.score}, ${recomputed.level}, ${recomputed.state}.`;
  return h("p", { class: agree ? "agree quiet" : "missing" }, text);
}
