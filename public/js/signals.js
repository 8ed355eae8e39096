import { byId, h } from "./dom.js";
import { read } from "./server.js";
import { ago, eventParts, many, score, signed, tokenName } from "./words.js";

const PAGE = 30;
const REASONS_SHOWN = 3;
/** A page that stays open for days keeps so many rows, and those that "Show more" was asked for. */
const ROOM = 300;

/**
 * The list of signals: the latest first, filtered by state and symbol, kept in step with the
 * server.
 */
export function signals(open) {
  const list = byId("signals");
  const more = byId("more");
  const rows = new Map();
  let filter = { state: "", symbol: "" };
  let cursor = null;
  let asked = 0;
  let room = ROOM;

  const search = (extra) => {
    const given = { ...filter, ...extra, limit: String(PAGE) };
    return new URLSearchParams(Object.entries(given).filter(([, value]) => value)).toString();
  };

  /** Reads the first page again. What changed or is new lights up; what is further down stays. */
  async function refresh({ fresh = false } = {}) {
    const turn = ++asked;
    try {
      const page = await read(`/signals?${search({})}`);
      if (turn !== asked) return;
      if (fresh) clear();
      const calm = rows.size === 0;
      place(page.signals, true, calm);
      if (calm) setMore(page.next_cursor);
      else if (rows.size > room) shorten(page);
      if (rows.size === 0) list.replaceChildren(h("li", { class: "empty" }, empty()));
    } catch (error) {
      if (turn === asked && rows.size === 0)
        list.replaceChildren(h("li", { class: "empty" }, error.message));
    }
  }

  const empty = () =>
    filter.state || filter.symbol
      ? "No signal matches."
      : "No signals yet. They appear here within seconds of the first posts.";

  function clear() {
    rows.clear();
    room = ROOM;
    list.replaceChildren();
    setMore(null);
  }

  /** Back to the first page; "Show more" leads on from its end. */
  function shorten({ signals: kept, next_cursor: next }) {
    const keys = new Set(kept.map(({ event_key: key }) => key));
    for (const [key, { element }] of rows) {
      if (keys.has(key)) continue;
      element.remove();
      rows.delete(key);
    }
    room = ROOM;
    setMore(next);
  }

  function place(page, first, calm) {
    for (const gone of list.querySelectorAll(".empty")) gone.remove();
    const made = page.map((signal) => {
      const before = rows.get(signal.event_key);
      if (before?.ts === signal.ts) return before.element;
      const element = row(signal, open);
      before?.element.remove();
      if (!calm) element.classList.add("fresh");
      rows.set(signal.event_key, { ts: signal.ts, element });
      return element;
    });
    const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
    if (first) list.prepend(...made);
    else list.append(...made);
    if (focused) rows.get(focused)?.element.querySelector("button").focus({ preventScroll: true });
  }

  function setMore(next) {
    cursor = next;
    more.hidden = next === null;
  }

  more.addEventListener("click", async () => {
    try {
      const page = await read(`/signals?${search({ cursor })}`);
      room += PAGE;
      place(page.signals, false, true);
      setMore(page.next_cursor);
      more.textContent = "Show more";
    } catch (error) {
      more.textContent = `${error.message} Try again`;
    }
  });

  setInterval(() => {
    for (const time of document.querySelectorAll("time[datetime]"))
      time.textContent = ago(time.dateTime);
  }, 5_000);

  return {
    refresh,
    filter(changes) {
      filter = { ...filter, ...changes };
      return refresh({ fresh: true });
    },
    /** Moves the focus along the list. */
    step(by) {
      const buttons = [...list.querySelectorAll("button")];
      const at = buttons.indexOf(document.activeElement);
      buttons[Math.max(0, Math.min(buttons.length - 1, at + by))]?.focus();
    },
  };
}

function row(signal, open) {
  const {
    event_key: key,
    state,
    level,
    risk_level: risk,
    degraded,
    reasons,
    features_snapshot: facts,
    ts,
  } = signal;
  const { chain } = eventParts(key);
  const evidence = facts.values.evidence_count;
  const shown = [...reasons]
    .sort((a, b) => Math.abs(b.score) - Math.abs(a.score))
    .slice(0, REASONS_SHOWN);
  return h(
    "li",
    { class: "signal", "data-key": key, "data-level": level },
    h(
      "button",
      { type: "button", onclick: () => open(key), "aria-haspopup": "dialog" },
      h("span", { class: "score", "data-level": level }, score(signal.score)),
      h(
        "span",
        { class: "body" },
        h(
          "span",
          { class: "title" },
          h("b", {}, tokenName(signal)),
          h("span", { class: "chain" }, chain === "unknown" ? "any chain" : chain),
          signal.type &&
            signal.type !== "mention" &&
            h("span", { class: "chain" }, String(signal.type).replaceAll("_", " ")),
          h("span", { class: "pill", "data-kind": state }, state),
          h("span", { class: "pill", "data-risk": risk }, `risk ${risk}`),
          degraded && h("span", { class: "pill", "data-kind": "degraded" }, "degraded"),
        ),
        h(
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
          reasons.length > shown.length &&
            h("span", { class: "reason quiet" }, `${reasons.length - shown.length} more`),
          reasons.length === 0 &&
            h("span", { class: "reason quiet" }, signal.missing.join(" · ") || "no rule matched"),
        ),
      ),
      h(
        "span",
        { class: "when" },
        h("time", { datetime: ts, title: ts }, ago(ts)),
        typeof evidence === "number" && h("span", { class: "quiet" }, many(evidence, "post")),
      ),
    ),
  );
}
