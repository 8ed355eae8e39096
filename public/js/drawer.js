import { byId, h, outside } from "./dom.js";
import { read } from "./server.js";
import { ago, eventParts, factValue, many, score, signed, span, tokenName } from "./words.js";

const EVIDENCE_SHOWN = 30;

/**
 * The explanation of one signal: why it scored what it scored, rule by rule, fact by fact, post by
 * post.
 */
export function drawer() {
  const dialog = byId("drawer");
  let current = null;

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    current = null;
    if (location.hash.startsWith("#signal="))
      history.replaceState(null, "", location.pathname + location.search);
  });

  async function load(key) {
    const path = encodeURIComponent(key);
    const [event, explanation] = await Promise.allSettled([
      read(`/events/${path}`),
      read(`/signals/${path}/explain`),
    ]);
    if (current !== key) return;
    if (event.status === "rejected")
      dialog.replaceChildren(closeButton(dialog), h("p", { class: "empty" }, event.reason.message));
    else dialog.replaceChildren(...content(event.value, explanation.value ?? null, dialog));
  }

  return {
    open(key) {
      current = key;
      history.replaceState(null, "", `#signal=${encodeURIComponent(key)}`);
      dialog.replaceChildren(closeButton(dialog), h("p", { class: "empty" }, "Loading …"));
      if (!dialog.open) dialog.showModal();
      return load(key);
    },
    /** Reads again when what is shown has changed. */
    changed(key) {
      if (current === key) load(key);
    },
  };
}

const closeButton = (dialog) =>
  h(
    "button",
    { type: "button", class: "close", "aria-label": "Close", onclick: () => dialog.close() },
    "×",
  );

function content(event, explanation, dialog) {
  const { signal, evidence } = event;
  const { chain, token, start } = eventParts(event.event_key);
  return [
    closeButton(dialog),
    h(
      "header",
      { class: "top" },
      h("span", { class: "score big", "data-level": signal.level }, score(signal.score)),
      h(
        "div",
        {},
        h(
          "h2",
          { id: "drawer-title" },
          tokenName({ symbol: event.symbol, event_key: event.event_key }),
        ),
        h(
          "p",
          { class: "title" },
          h("span", { class: "pill", "data-kind": signal.state }, signal.state),
          h("span", { class: "pill", "data-level": signal.level }, signal.level),
          h("span", { class: "pill", "data-risk": signal.risk_level }, `risk ${signal.risk_level}`),
          signal.degraded && h("span", { class: "pill", "data-kind": "degraded" }, "degraded"),
        ),
      ),
    ),
    h("p", { class: "summary" }, event.summary),
    h(
      "dl",
      { class: "about" },
      pair("Chain", chain),
      pair("Token", h("code", {}, event.token_ca ?? token)),
      pair("Type", event.type.replaceAll("_", " ")),
      pair("Window", start ? start.replace("T", " ").replace("Z", " UTC") : "–"),
      pair(
        "Evidence",
        [
          many(event.evidence_count, "text"),
          many(event.unique_authors, "author"),
          many(event.copies, "copy", "copies"),
        ].join(", "),
      ),
      pair("Rules", h("code", {}, signal.rules_version.slice(0, 12))),
    ),
    signal.missing.length > 0 &&
      h("p", { class: "missing" }, "Not known: ", signal.missing.join(" · ")),
    explanation === null
      ? h("p", { class: "empty" }, "The rules that scored this are not loaded.")
      : rules(explanation),
    facts(signal.features_snapshot),
    posts(evidence),
  ].filter(Boolean);
}

const pair = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

function rules(explanation) {
  const matched = explanation.rules
    .filter((rule) => rule.outcome === "matched")
    .sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
  const others = explanation.rules.filter((rule) => rule.outcome !== "matched");
  return h(
    "section",
    {},
    h("h3", {}, "Rules that matched"),
    matched.length === 0
      ? h("p", { class: "quiet" }, "None.")
      : h("ul", { class: "rules" }, ...matched.map((one) => rule(one, true))),
    h("h3", {}, "State"),
    h("ul", { class: "rules" }, ...explanation.states.map(stateRow)),
    others.length > 0 &&
      h(
        "details",
        { class: "others" },
        h("summary", {}, `${others.length} rules that did not match`),
        h("ul", { class: "rules" }, ...others.map((one) => rule(one, false))),
      ),
  );
}

function rule(one, matched) {
  const points = one.stage === "shadow" ? `(${signed(one.score)})` : signed(one.score);
  return h(
    "li",
    { class: "rule", "data-outcome": one.outcome },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h(
          "em",
          { "data-sign": matched ? Math.sign(one.score) : 0 },
          matched ? points : one.outcome === "failed" ? "error" : "–",
        ),
        h(
          "span",
          {},
          h("b", {}, one.reason || one.rule),
          h(
            "span",
            { class: "quiet" },
            ` ${one.group}${one.stage === "shadow" ? ", on trial" : ""}`,
          ),
        ),
        !matched && h("span", { class: "why" }, one.why),
      ),
      h("code", { class: "condition" }, one.condition),
      parts(one.parts),
      h("ul", { class: "seen" }, ...one.facts.map(seen)),
    ),
  );
}

const stateRow = (state) =>
  h(
    "li",
    { class: "rule", "data-outcome": state.value === true ? "matched" : "unmatched" },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("em", { "data-sign": state.value === true ? 1 : 0 }, state.value === true ? "✓" : "–"),
        h("b", {}, state.state),
        state.why && h("span", { class: "why" }, state.why),
      ),
      h("code", { class: "condition" }, state.condition),
      parts(state.parts),
    ),
  );

/** Each part of the condition with what it came to. */
const parts = (list) =>
  h(
    "table",
    { class: "parts" },
    h("caption", { class: "hidden" }, "Parts of the condition"),
    h(
      "tbody",
      {},
      ...list.map((part) => {
        const value =
          part.error ?? (part.value === null ? "not known" : JSON.stringify(part.value));
        return h(
          "tr",
          { "data-value": String(part.value) },
          h("th", { scope: "row" }, part.text),
          h("td", {}, value),
        );
      }),
    ),
  );

const seen = (fact) =>
  h(
    "li",
    {},
    h("code", {}, fact.name),
    ` ${factValue(fact.name, fact.value)}`,
    fact.provider &&
      h(
        "span",
        { class: "quiet" },
        ` ${fact.provider}${fact.age_seconds === null ? "" : `, ${span(fact.age_seconds)}`}`,
      ),
  );

/** What is known, by who said it. */
function facts({ values, origin, notes, degraded }) {
  const known = Object.entries(values).filter(([, value]) => value !== null);
  const providers = Map.groupBy(known, ([name]) => origin[name]?.provider ?? "event");
  return h(
    "section",
    {},
    h("h3", {}, "Facts"),
    ...degraded.map(({ provider, status, error }) =>
      h("p", { class: "missing" }, `${provider}: ${status}${error ? ` (${error})` : ""}`),
    ),
    ...notes.map((note) => h("p", { class: "quiet" }, note)),
    ...[...providers].map(([provider, rows]) =>
      h(
        "div",
        { class: "provider" },
        h("h4", {}, provider),
        h(
          "dl",
          { class: "values" },
          ...rows.map(([name, value]) =>
            h("div", {}, h("dt", {}, name), h("dd", {}, factValue(name, value))),
          ),
        ),
      ),
    ),
  );
}

function posts(evidence) {
  const latest = [...evidence]
    .sort((a, b) => (a.posted_at < b.posted_at ? 1 : -1))
    .slice(0, EVIDENCE_SHOWN);
  return h(
    "section",
    {},
    h("h3", {}, "Evidence"),
    h(
      "ul",
      { class: "evidence" },
      ...latest.map((post) =>
        h(
          "li",
          {},
          h("p", {}, post.excerpt),
          h(
            "p",
            { class: "quiet" },
            outside(post.url, post.author),
            ` · ${post.source} · ${ago(post.posted_at)} ago · sentiment ${score(post.sentiment)}`,
          ),
        ),
      ),
    ),
    evidence.length > latest.length &&
      h("p", { class: "quiet" }, `and ${evidence.length - latest.length} more`),
  );
}
