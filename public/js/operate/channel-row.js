import { button, h } from "../dom.js";
import { channelState, filterText } from "./channel-format.js";

/**
 * @import { Channel } from "../../types.d.ts"
 * @typedef {"Test" | "Preview" | "Pause" | "Resume" | "Remove"} ChannelVerb
 */

/**
 * One channel as a list item with its state, its filter and its buttons.
 * @param {Channel} channel
 * @param {Record<ChannelVerb, (channel: Channel) => unknown>} actions
 * @param {HTMLElement | undefined} result of its last test or preview
 */
export function channelRow(channel, actions, result) {
  const { id, kind, name, filter, status } = channel;
  const state = channelState(channel);
  /** @param {ChannelVerb} verb */
  const action = (verb) =>
    button(verb, () => actions[verb](channel), {
      class: "act",
      id: `channel-${id}-${verb}`,
      "aria-label": `${verb} ${name}`,
    });
  return h(
    "li",
    { class: "row channel", "data-channel": id },
    h("span", { class: "pill", "data-kind": state.kind }, state.text),
    h("b", {}, name),
    h("span", { class: "quiet" }, kind),
    state.why && h("p", { class: "why" }, state.why),
    h("p", { class: "quiet" }, filterText(filter)),
    h(
      "p",
      { class: "acts" },
      action("Test"),
      action("Preview"),
      action(status === "active" ? "Pause" : "Resume"),
      action("Remove"),
    ),
    result,
  );
}
