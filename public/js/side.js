import { byId, h } from "./dom.js";
import { read, write } from "./server.js";
import { ago, tokenName } from "./words.js";

const POSTS_SHOWN = 9;
const DELIVERIES_SHOWN = 12;

/** The last posts as the stream tells of them. */
export function postTicker() {
  const list = byId("posts");
  list.replaceChildren(h("li", { class: "empty" }, "Waiting for posts …"));
  return {
    add(posts) {
      for (const waiting of list.querySelectorAll(".empty")) waiting.remove();
      for (const post of posts.slice(-POSTS_SHOWN)) list.prepend(item(post));
      while (list.children.length > POSTS_SHOWN) list.lastElementChild.remove();
    },
  };
}

const item = ({ outcome, reason, author, source, excerpt }) =>
  h(
    "li",
    { class: "post", "data-outcome": outcome },
    h(
      "span",
      { class: "pill", "data-kind": outcome },
      outcome === "dropped" && reason ? reason.replaceAll("_", " ") : outcome,
    ),
    h("p", {}, excerpt),
    h("p", { class: "quiet" }, `${author} · ${source}`),
  );

/** The latest deliveries with a mark for each attempt. */
export function deliveries(askForKey) {
  const list = byId("deliveries");
  const asking = () => h("button", { type: "button", onclick: askForKey }, "Use a key");

  /**
   * Another try for one that failed, with the same key: who may not is asked for a key, and any
   * other refusal stands beside the button.
   */
  async function retry(id, button) {
    button.disabled = true;
    try {
      await write("POST", `/outbox/${id}/retry`);
      await own.refresh();
    } catch (error) {
      if (error.status === 401 || error.status === 403) askForKey();
      else button.after(h("span", { class: "quiet" }, error.message));
      button.disabled = false;
    }
  }

  const own = {
    async refresh() {
      try {
        const { outbox } = await read(`/outbox?limit=${DELIVERIES_SHOWN}`);
        const none = h(
          "li",
          { class: "empty" },
          "Nothing to deliver yet. A delivery follows when a signal changes its state.",
        );
        list.replaceChildren(
          ...(outbox.length === 0 ? [none] : outbox.map((row) => delivery(row, retry))),
        );
      } catch (error) {
        list.replaceChildren(
          error.status === 401
            ? h("li", { class: "empty" }, "Deliveries are not public here. ", asking())
            : h("li", { class: "empty" }, error.message),
        );
      }
    },
  };
  return own;
}

/** One delivery as a list item; `retry(id, button)` sends it again. */
export function delivery(
  { id, channel, status, payload, event_key, attempts, created_at, next_retry_at },
  retry,
) {
  const last = attempts.at(-1);
  const over = status === "failed" || status === "dlq";
  const waits = status !== "done" && status !== "dlq" && next_retry_at !== null;
  return h(
    "li",
    { class: "delivery", "data-status": status },
    h("span", { class: "pill", "data-kind": status }, status === "failed" ? "retrying" : status),
    h("b", {}, tokenName({ symbol: payload?.symbol ?? null, event_key })),
    h("span", { class: "quiet" }, `${payload?.state ?? ""} → ${channel}`),
    h(
      "span",
      {
        class: "attempts",
        title: attempts.map(({ result, ms }) => `${result} in ${ms} ms`).join(", "),
      },
      h("span", { class: "hidden" }, `${attempts.length} attempts`),
      ...attempts
        .slice(-6)
        .map(({ result }) => h("i", { "data-result": result, "aria-hidden": "true" })),
    ),
    h("time", { datetime: created_at, title: created_at }, ago(created_at)),
    (last?.error || waits || over) &&
      h(
        "p",
        { class: "quiet" },
        [last?.error, waits && `next try ${next_retry_at.slice(11, 19)} UTC`]
          .filter(Boolean)
          .join(" · "),
        over &&
          h(
            "button",
            {
              type: "button",
              "aria-label": `Retry delivery ${id}`,
              onclick: ({ target }) => retry(id, target),
            },
            "Retry",
          ),
      ),
  );
}
