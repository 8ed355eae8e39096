import { button, byId, elements, emptyRow } from "../dom.js";
import { ago } from "../format.js";
import { read, requestError } from "../server.js";
import { signalRow } from "./signal-row.js";

/** @import { SignalPage, SignalListed } from "../../types.d.ts" */

const PAGE = 30;
/** A page that stays open for days keeps no more rows than these and those of "Show more". */
const MAX_ROWS = 300;

/**
 * The list of signals: the latest first, filtered by state and symbol, kept in step with the
 * server.
 * @param {(key: string) => unknown} open shows the explanation of a signal
 * @param {() => void} askForKey
 */
export function signalList(open, askForKey) {
  const list = byId("signals");
  const more = byId("more");
  /** @type {Map<string, { ts: string, element: HTMLElement, related: readonly string[] }>} */
  const rows = new Map();
  let filter = { state: "", symbol: "" };
  /** @type {string | null} */
  let cursor = null;
  let requests = 0;
  let maxRows = MAX_ROWS;

  /**
   * @param {string | null} from
   * @returns {Promise<SignalPage>}
   */
  function readPage(from) {
    const query = new URLSearchParams({ limit: String(PAGE) });
    for (const [name, value] of Object.entries({ ...filter, cursor: from ?? "" }))
      if (value) query.set(name, value);
    return read(`/signals?${query}`);
  }

  /**
   * Reads the first page again. What changed or is new lights up; what is further down stays.
   * @param {{ fresh?: boolean }} [options] fresh: the list begins anew
   */
  async function refresh({ fresh = false } = {}) {
    const request = ++requests;
    try {
      const page = await readPage(null);
      if (request !== requests) return;
      if (fresh) clear();
      const wasEmpty = rows.size === 0;
      list.prepend(...place(page.signals, !wasEmpty));
      if (wasEmpty) setMore(page.next_cursor);
      else if (rows.size > maxRows) shortenTo(page);
      if (rows.size === 0) list.replaceChildren(emptyRow(whyEmpty()));
    } catch (error) {
      const { message, needsKey } = requestError(error);
      if (request === requests && rows.size === 0)
        list.replaceChildren(
          emptyRow(`${message} `, needsKey && button("Use a key", () => askForKey())),
        );
    }
  }

  const whyEmpty = () =>
    filter.state || filter.symbol
      ? "No signal matches."
      : "No signals yet. They appear here within seconds of the first posts.";

  function clear() {
    rows.clear();
    maxRows = MAX_ROWS;
    list.replaceChildren();
    setMore(null);
  }

  /**
   * Back to the first page; "Show more" leads on from its end.
   * @param {SignalPage} page
   */
  function shortenTo({ signals, next_cursor: next }) {
    const keys = new Set(signals.map(({ event_key: key }) => key));
    for (const [key, { element }] of rows) {
      if (keys.has(key)) continue;
      element.remove();
      rows.delete(key);
    }
    hideRelated();
    maxRows = MAX_ROWS;
    setMore(next);
  }

  /**
   * The rows of a page, for the caller to put into the list. A row that is there already is moved.
   * @param {readonly SignalListed[]} page
   * @param {boolean} light marks what is new or changed
   */
  function place(page, light) {
    for (const empty of list.querySelectorAll(".empty")) empty.remove();
    const focused = focusedKey();
    const placed = page.map((signal) => {
      const before = rows.get(signal.event_key);
      if (before?.ts === signal.ts && `${before.related}` === `${signal.related}`)
        return before.element;
      const element = signalRow(signal, open);
      before?.element.remove();
      if (light) element.classList.add("fresh");
      rows.set(signal.event_key, { ts: signal.ts, element, related: signal.related });
      return element;
    });
    hideRelated();
    // A row that is replaced or moved loses the focus: it is given back once the row is in place.
    if (focused) queueMicrotask(() => focusRow(focused));
    return placed;
  }

  /** Of the events of one token the one that changed last is shown, and leads to the others. */
  function hideRelated() {
    for (const [key, { ts, element, related }] of rows)
      element.hidden = related.some((other) => {
        const row = rows.get(other);
        return row !== undefined && (row.ts > ts || (row.ts === ts && other < key));
      });
  }

  const focusedKey = () => {
    const row = document.activeElement?.closest("[data-key]");
    return row instanceof HTMLElement ? row.dataset.key : undefined;
  };

  /** @param {string} key */
  const focusRow = (key) =>
    rows.get(key)?.element.querySelector("button")?.focus({ preventScroll: true });

  /** @param {string | null} next */
  function setMore(next) {
    cursor = next;
    more.hidden = next === null;
  }

  more.addEventListener("click", async () => {
    try {
      const page = await readPage(cursor);
      maxRows += PAGE;
      list.append(...place(page.signals, false));
      setMore(page.next_cursor);
      more.textContent = "Show more";
    } catch (error) {
      more.textContent = `${requestError(error).message} Try again`;
    }
  });

  setInterval(() => {
    for (const time of elements(document, "time[datetime]", HTMLTimeElement))
      time.textContent = ago(time.dateTime);
  }, 5_000);

  return {
    refresh,
    /** @param {{ state?: string, symbol?: string }} changes */
    filter(changes) {
      filter = { ...filter, ...changes };
      return refresh({ fresh: true });
    },
    /**
     * Moves the focus along the list.
     * @param {1 | -1} by
     */
    step(by) {
      const buttons = elements(list, ".signal:not([hidden]) > button", HTMLButtonElement);
      const focused = document.activeElement;
      const at = focused instanceof HTMLButtonElement ? buttons.indexOf(focused) : -1;
      buttons[Math.max(0, Math.min(buttons.length - 1, at + by))]?.focus();
    },
  };
}
