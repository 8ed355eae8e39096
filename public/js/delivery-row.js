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
    statusPill(row),
    h("b", {}, tokenName({ symbol: payload?.symbol ?? null, event_key })),
    h("span", { class: "quiet" }, `${payload?.state ?? ""} → ${channel}`),
    attemptMarks(row),
    h("time", { datetime: created, title: created }, ago(created)),
    nextStep(row, id, retry),
  );
}

/**
 * How the page calls a status, where its name is not said aloud.
 * @type {Record<string, string>}
 */
const STATUS_TEXTS = { failed: "retrying", dlq: "dead" };

/** @param {Delivery} row */
const statusPill = (row) =>
  notSent(row)
    ? h("span", { class: "pill", "data-kind": "not_sent" }, "not sent")
    : h("span", { class: "pill", "data-kind": row.status }, STATUS_TEXTS[row.status] ?? row.status);

/**
 * Why a delivery ended without a message.
 * @param {Delivery} row
 */
const notSent = ({ status, attempts }) =>
  status === "done" ? NOT_SENT[attempts.at(-1)?.result ?? ""] : undefined;

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
function nextStep(row, id, retry) {
  const { status, attempts, next_retry_at: next, waits_for: reason } = row;
  const unsent = notSent(row);
  if (unsent) return h("p", { class: "quiet" }, `Not sent: ${unsent}`);
  const error = attempts.at(-1)?.error ?? null;
  const waits = status !== "done" && status !== "dlq" && next !== null;
  const failed = status === "failed" || status === "dlq";
  if (!error && !waits && !failed) return null;
  const step = waits && [reason, `next try ${utcClock(next)}`].filter(Boolean).join(", ");
  const text = [error, step].filter(Boolean).join(" · ");
  const again = button("Retry", () => retry(id, again), { "aria-label": `Retry delivery ${id}` });
  return h("p", { class: "quiet" }, text, failed && again);
}
