import { byId, h, present } from "../dom.js";
import { count, many, spaced } from "../format.js";
import { barChart, sparkline, splitBar, sumOf } from "./charts.js";

/** @import { Child, Overview } from "../../types.d.ts" */

const TITLES = {
  accepted: "Posts in",
  judged: "Filtered",
  events: "Events",
  signals: "Signals",
  deliveries: "Delivered",
};
const STATES = ["verified", "candidate", "downgraded"];
const WAITING = ["pending", "failed", "sending"];

/** @typedef {keyof typeof TITLES} StageId */

/** The five cards of the flow. Made once; `show` fills in the figures of GET /overview. */
export function stageCards() {
  const stages = {
    accepted: stageCard("accepted"),
    judged: stageCard("judged"),
    events: stageCard("events"),
    signals: stageCard("signals"),
    deliveries: stageCard("deliveries"),
  };
  byId("stages").append(...Object.values(stages).map(({ card }) => card));

  return {
    /** @param {StageId} id */
    card: (id) => stages[id].card,
    /** @param {Overview} overview */
    show(overview) {
      const { posts, signals, outbox, dead_letters: deadLetters } = overview;
      const dropped = posts.filter(({ outcome }) => outcome === "dropped");
      const duplicates = countOf(posts, ({ outcome }) => outcome === "duplicate");
      const open = countOf(posts, ({ outcome }) => outcome === "open" || outcome === "pending");
      const evidence = countOf(posts, ({ outcome }) => outcome === "evidence");
      const done = countOf(outbox, ({ status }) => status === "done");
      const dead = countOf(outbox, ({ status }) => status === "dlq");
      const waiting = countOf(outbox, ({ status }) => WAITING.includes(status));

      stages.accepted.show(
        sumOf(posts),
        sparkline(overview.posts_per_minute),
        open > 0 && note(`${count(open)} in progress`),
      );
      stages.judged.show(
        sumOf(dropped) + duplicates,
        barChart([
          ...dropped.map((row) => ({ name: spaced(row.reason ?? "dropped"), count: row.count })),
          { name: "duplicate", count: duplicates },
        ]),
      );
      stages.events.show(overview.events, note(`from ${many(evidence, "post")} of evidence`));
      stages.signals.show(
        sumOf(signals),
        splitBar(
          STATES.map((name) => ({ name, count: countOf(signals, ({ state }) => state === name) })),
        ),
      );
      stages.deliveries.show(
        done,
        splitBar([
          { name: "done", count: done },
          { name: "waiting", count: waiting },
          { name: "dead", count: dead },
        ]),
        deadLetters > 0 && h("p", { class: "note bad" }, many(deadLetters, "dead letter")),
      );
      return { waiting };
    },
  };
}

/**
 * @template {{ count: number }} Row
 * @param {readonly Row[]} rows
 * @param {(row: Row) => boolean} matches
 */
const countOf = (rows, matches) => sumOf(rows.filter(matches));

/** @param {string} text */
const note = (text) => h("p", { class: "note" }, text);

/** @param {StageId} id */
function stageCard(id) {
  const figure = h("strong", { class: "figure" }, "–");
  const detail = h("div", { class: "detail" });
  return {
    card: h("li", { class: "stage", "data-stage": id }, h("h3", {}, TITLES[id]), figure, detail),
    /**
     * @param {number} value
     * @param {...Child} details
     */
    show(value, ...details) {
      const text = count(value);
      if (figure.textContent !== text) {
        figure.textContent = text;
        figure.classList.remove("changed");
        requestAnimationFrame(() => figure.classList.add("changed"));
      }
      detail.replaceChildren(...present(details));
    },
  };
}
