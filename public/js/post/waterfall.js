import { h, s } from "../dom.js";
import { count, many } from "../format.js";

/** @import { PostStepShown } from "../../types.d.ts" */

/** Longer waits are drawn this long, or the work between them could not be seen. */
const LONGEST_WAIT_MS = 250;
const LEAST_WIDTH = 0.6;

/**
 * The steps as bars over time. A step's own time is drawn to scale; where nothing happened for
 * longer, because a message waited or a retry was due, that is cut and said in words.
 * @param {PostStepShown[]} steps in their order
 */
export function waterfall(steps) {
  const { places, total } = placesOf(steps);
  return h(
    "table",
    { class: "waterfall" },
    h("caption", { class: "hidden" }, "Each step, its time, and its budget"),
    h("thead", {}, h("tr", {}, ...["Step", "Outcome", "", "Time", "Budget"].map(headCell))),
    h(
      "tbody",
      {},
      ...places.flatMap(({ step, begin, waited }) => [
        waited > LONGEST_WAIT_MS ? waitRow(waited) : null,
        stepRow(step, begin / total, (step.ms ?? 0) / total),
      ]),
    ),
  );
}

/** @param {string} text */
const headCell = (text) =>
  text === "" ? h("td", { "aria-hidden": "true" }) : h("th", { scope: "col" }, text);

/** @param {PostStepShown[]} steps */
function placesOf(steps) {
  let end = 0;
  let cut = 0;
  const first = Date.parse(steps[0]?.at ?? "");
  const places = steps.map((step) => {
    const at = Date.parse(step.at) - first;
    const waited = Math.max(0, at - end);
    cut += Math.max(0, waited - LONGEST_WAIT_MS);
    end = Math.max(end, at + (step.ms ?? 0));
    return { step, begin: Math.max(0, at - cut), waited };
  });
  return { places, total: Math.max(1, end - cut) };
}

/** @param {number} waited */
const waitRow = (waited) =>
  h("tr", { class: "waited" }, h("td", { colspan: 5 }, `waited ${duration(waited)}`));

/** @param {number} ms "340 ms", "2.1 s", "3 min" */
export function duration(ms) {
  if (ms < 1_000) return `${Math.round(ms * 10) / 10} ms`;
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${count(Math.round(ms / 60_000))} min`;
}

/**
 * @param {PostStepShown} step
 * @param {number} from where its bar begins, 0 to 1
 * @param {number} width
 */
function stepRow(step, from, width) {
  const { stage, who, outcome, ms, shared, budget_ms: budget, reason, event_key: key } = step;
  const over = budget !== null && ms !== null && ms > budget;
  const time = ms === null ? "" : duration(ms);
  return h(
    "tr",
    { "data-over": over && "yes" },
    h("th", { scope: "row" }, stage, who && h("span", { class: "quiet" }, ` ${who}`)),
    h(
      "td",
      {},
      h("span", { class: "pill", "data-kind": outcome }, outcome),
      reason && h("p", { class: "quiet" }, reason),
      key && stage === "refine" && h("p", { class: "quiet" }, key),
    ),
    h(
      "td",
      { class: "timeline", "aria-hidden": "true" },
      s(
        "svg",
        {},
        s("rect", {
          x: `${Math.min(100 - LEAST_WIDTH, from * 100)}%`,
          width: `${Math.max(LEAST_WIDTH, width * 100)}%`,
          height: "100%",
          rx: 2,
        }),
      ),
    ),
    h("td", {}, time, shared !== null && h("p", { class: "quiet" }, `of ${many(shared, "post")}`)),
    h("td", {}, budget === null ? "" : `${budget} ms`, over && h("strong", {}, " over")),
  );
}
