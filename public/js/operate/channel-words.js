import { many, score } from "../words.js";

/** What a channel's filter lets through and when, in words. */
export function filterWords({
  min_score,
  chains,
  symbols,
  states,
  quiet_hours: quiet,
  digest_minutes: digest,
  muted_events,
}) {
  const parts = [
    min_score !== null && `score ${score(min_score)} and above`,
    chains.length > 0 && `on ${chains.join(", ")}`,
    symbols.length > 0 && `only ${symbols.map((symbol) => `$${symbol}`).join(", ")}`,
    states.length > 0 && `when ${states.join(" or ")}`,
    quiet && `silent ${quiet.from} to ${quiet.to} ${quiet.zone}`,
    digest > 0 && `one message for every ${digest} min`,
    muted_events.length > 0 && `${many(muted_events.length, "event")} muted`,
  ].filter(Boolean);
  return parts.length === 0 ? "everything that the rules notify" : parts.join(" · ");
}

/** The state as a pill's text and kind, and why, if there is more to say. */
export function stateOf({ status, status_reason: reason, off }) {
  if (status !== "active")
    return { text: status, kind: status === "paused" ? "waiting" : "dead", why: reason };
  return off === null
    ? { text: status, kind: "done", why: null }
    : { text: "cannot send", kind: "dead", why: off };
}

export const testWords = ({ ok, result, reason, ms }) =>
  ok ? `Taken in ${ms} ms.` : `Not taken (${result}): ${reason}`;

/** Messages as they would be sent, with their line breaks. */
export const previewWords = (previews) =>
  previews
    .map(
      ({ states, message }) =>
        `${states.join(", ")}\n${JSON.stringify(message, null, 2).replaceAll("\\n", "\n    ")}`,
    )
    .join("\n\n");
