import { button, h } from "./dom.js";
import { ago, many, tokenName, utcClock } from "./format.js";

/** @import { Delivery } from "../types.d.ts" */

const ATTEMPTS_SHOWN = 6;

/**
 * Results of deliveries that end without a message, and why.
 * @type {Record<string, string>}
 */
const NOT_SENT = {
  repeated: "another event of this token said the same",
  muted: "the token or the kind of change is muted",
  inhibited: "another signal silences it",
  superseded: "a later change took its place",
  ended: "nothing new came",
  skipped: "the channel is gone",
};

/**
 * One delivery as a list item, with a mark for each attempt.
 * @param {Delivery} row
 * @param {(id: number, button: HTMLButtonElement) => unknown} retry sends it again
 */
export function deliveryRow(row, retry) {
  const { id, channel, status, payload, event_key, created_at: created } = row;
  return h(
    "li",
    { class: "delivery", "data-status": status },
    h("span", { class: "pill", "data-kind": status }, status === "failed" ? "retrying" : status),
    h("b", {}, tokenName({ symbol: payload?.symbol ?? null, event_key })),
    h("span", { class: "quiet" }, `${payload?.state ?? ""} → ${channel}`),
    attemptMarks(row),
    h("time", { datetime: created, title: created }, ago(created)),
    nextStep(row, id, retry),
  );
}

/** @param {Delivery} row */
function attemptMarks({ attempts }) {
  const marks = attempts.slice(-ATTEMPTS_SHOWN).map(({ result }) => {
    const mark = result in NOT_SENT ? "unsent" : result;
    return h("i", { "data-result": mark, "aria-hidden": "true" });
  });
  const title = attempts.map(({ result, ms }) => `${result} in ${ms} ms`).join(", ");
  return h(
    "span",
    { class: "attempts", title },
    h("span", { class: "hidden" }, many(attempts.length, "attempt")),
    ...marks,
  );
}

/**
 * Why nothing was sent; else the last error, the next attempt, and a button to try again; null
 * when there is none of them.
 * @param {Delivery} row
 * @param {number} id
 * @param {(id: number, button: HTMLButtonElement) => unknown} retry
 */
function nextStep({ status, attempts, next_retry_at: next, waits_for: reason }, id, retry) {
  const last = attempts.at(-1);
  const unsent = status === "done" ? NOT_SENT[last?.result ?? ""] : undefined;
  if (unsent) return h("p", { class: "quiet" }, `Not sent: ${unsent}`);
  const error = last?.error ?? null;
  const waits = status !== "done" && status !== "dlq" && next !== null;
  const failed = status === "failed" || status === "dlq";
  if (!error && !waits && !failed) return null;
  const step = waits && [reason, `next try ${utcClock(next)}`].filter(Boolean).join(", ");
  const text = [error, step].filter(Boolean).join(" · ");
  const again = button("Retry", () => retry(id, again), { "aria-label": `Retry delivery ${id}` });
  return h("p", { class: "quiet" }, text, failed && again);
}
