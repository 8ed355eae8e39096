import { h } from "../dom.js";
import { many, score, tokenName } from "../format.js";

/**
 * @import { Backtest } from "../../types.d.ts"
 * @typedef {Backtest["state_changes"]["examples"][number]} Move
 */

const EXAMPLES = 3;

/**
 * What other rules would have changed in the stored signals.
 * @param {Backtest} report
 */
export function backtestReport(report) {
  const { state_changes: states, level_changes: levels, appear, vanish } = report;
  const changes = [
    `${many(report.score_changes, "score")}, ${many(levels.count, "level")} and ` +
      `${many(states.count, "state")} would differ.`,
    `${many(appear.count, "signal")} more would notify, ${vanish.count} would not any more.`,
  ];
  const examples = [...states.examples, ...levels.examples].slice(0, EXAMPLES);
  return [h("p", {}, changes.join(" ")), h("ul", {}, ...examples.map(moveRow))];
}

/** @param {Move} move */
const moveRow = ({ event_key, before, after }) =>
  h(
    "li",
    {},
    h("b", {}, tokenName({ event_key })),
    ` ${score(before.score)} ${before.state} → ${score(after.score)} ${after.state}`,
  );
