import { many, score } from "../format.js";

/** @import { Channel, ChannelPreview, ChannelTest } from "../../types.d.ts" */

/**
 * Which notifications a channel's filter lets through, and when.
 * @param {Channel["filter"]} filter
 */
export function filterText(filter) {
  const { chains, symbols, states, quiet_hours: quiet, digest_minutes: digest } = filter;
  const parts = [
    filter.min_score !== null && `score ${score(filter.min_score)} and above`,
    chains.length > 0 && `on ${chains.join(", ")}`,
    symbols.length > 0 && `only ${symbols.map((symbol) => `$${symbol}`).join(", ")}`,
    states.length > 0 && `when ${states.join(" or ")}`,
    quiet && `silent ${quiet.from} to ${quiet.to} ${quiet.zone}`,
    digest > 0 && `one message for every ${digest} min`,
    filter.alerts === true && "alerts",
    filter.muted_events.length > 0 && `${many(filter.muted_events.length, "event")} muted`,
  ].filter(Boolean);
  return parts.length === 0 ? "everything that the rules notify" : parts.join(" · ");
}

/**
 * The state of a channel as a pill's text and kind, and the reason where there is one.
 * @param {Channel} channel
 */
export function channelState({ status, status_reason: reason, off }) {
  if (status !== "active")
    return { text: status, kind: status === "paused" ? "waiting" : "dead", why: reason };
  return off === null
    ? { text: status, kind: "done", why: null }
    : { text: "cannot send", kind: "dead", why: off };
}

/** @param {ChannelTest} test */
export const testText = ({ ok, result, reason, ms }) =>
  ok ? `Accepted in ${ms} ms.` : `Not accepted (${result}): ${reason}`;

/**
 * Messages as they would be sent, with their line breaks.
 * @param {readonly ChannelPreview[]} previews
 */
export const previewText = (previews) =>
  previews
    .map(({ states, message }) => {
      const text = JSON.stringify(message, null, 2).replaceAll("\\n", "\n    ");
      return `${states.join(", ")}\n${text}`;
    })
    .join("\n\n");
