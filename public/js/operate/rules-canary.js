import { button, byId, h } from "../dom.js";
import { agoInText, many } from "../format.js";
import { read, write } from "../server.js";

/** @import { Act, RulesCanaryShown } from "../../types.d.ts" */
/** @typedef {NonNullable<RulesCanaryShown["sides"]>["canary"]} Side */

/**
 * The rules that score a share of the events, beside those in force: what each made of its own, and
 * how to end the trial.
 * @param {Act} act
 * @param {() => Promise<void>} changed
 */
export function rulesCanary(act, changed) {
  const place = byId("canary");

  async function open() {
    /** @type {RulesCanaryShown} */
    const { canary, sides } = await read("/rules/canary");
    if (!canary || !sides) return place.replaceChildren();
    const percent = Math.round(canary.share * 1_000) / 10;
    place.replaceChildren(
      h(
        "p",
        {},
        h("code", {}, canary.sha.slice(0, 12)),
        ` scores ${percent} % of the events since ${agoInText(canary.since)}.`,
      ),
      h("ul", { class: "list" }, side("In force", sides.current), side("Canary", sides.canary)),
      h(
        "div",
        { class: "buttons" },
        button("End the canary", () => act(stop)),
        button("Put it in force for all", () => act(promote)),
      ),
    );
  }

  async function stop() {
    await write("DELETE", "/rules/canary");
    await changed();
    return "The canary has ended. All events are scored by the rules in force.";
  }

  async function promote() {
    const { sha } = await write("POST", "/rules/promote");
    await changed();
    return `${sha.slice(0, 12)} is in force for all events.`;
  }

  return { open };
}

/**
 * @param {string} name
 * @param {Side} found
 */
const side = (name, { signals, mean_score: mean, levels, states, notify }) =>
  h(
    "li",
    { class: "row" },
    h("span", {}, name),
    h(
      "span",
      { class: "quiet" },
      [
        many(signals, "signal"),
        `mean score ${mean ?? "unknown"}`,
        `${levels.opportunity ?? 0} opportunity, ${levels.caution ?? 0} caution`,
        `${states.verified ?? 0} verified, ${states.downgraded ?? 0} downgraded`,
        `${notify} to notify of`,
      ].join(" · "),
    ),
  );
