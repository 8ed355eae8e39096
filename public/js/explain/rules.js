import { h } from "../dom.js";
import { ageOf, factValue, many, signed } from "../format.js";
import { partsTable } from "./parts.js";

/** @import { RuleExplanation } from "../../types.d.ts" */

/**
 * The rules that matched, the strongest first, as list items.
 * @param {readonly RuleExplanation[]} rules
 */
export function matchedRules(rules) {
  const matched = rules
    .filter(({ outcome }) => outcome === "matched")
    .sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
  return matched.length === 0
    ? h("p", { class: "quiet" }, "None.")
    : h("ul", { class: "rules" }, ...matched.map(ruleRow));
}

/**
 * The other rules, folded away; null when every rule matched.
 * @param {readonly RuleExplanation[]} rules
 */
export function otherRules(rules) {
  const others = rules.filter(({ outcome }) => outcome !== "matched");
  return others.length === 0
    ? null
    : h(
        "details",
        { class: "others" },
        h("summary", {}, `${many(others.length, "rule")} that did not match`),
        h("ul", { class: "rules" }, ...others.map(ruleRow)),
      );
}

/** @param {RuleExplanation} rule */
function ruleRow(rule) {
  const matched = rule.outcome === "matched";
  const shadow = rule.stage === "shadow";
  return h(
    "li",
    { class: "rule", "data-outcome": rule.outcome },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("em", { "data-sign": matched ? Math.sign(rule.score) : 0 }, points(rule)),
        h(
          "span",
          {},
          h("b", {}, rule.reason || rule.rule),
          h("span", { class: "quiet" }, ` ${rule.group}${shadow ? ", shadow" : ""}`),
        ),
        !matched && rule.why !== null && h("span", { class: "why" }, rule.why),
      ),
      rule.condition !== null && h("code", { class: "condition" }, rule.condition),
      rule.parts.length > 0 && partsTable(rule.parts),
      h("ul", { class: "seen" }, ...rule.facts.map(factSeen)),
    ),
  );
}

/** @param {RuleExplanation} rule what it added, in brackets what a shadow rule would add */
function points({ outcome, stage, score }) {
  if (outcome === "failed") return "error";
  if (outcome !== "matched") return "–";
  return stage === "shadow" ? `(${signed(score)})` : signed(score);
}

/** @param {RuleExplanation["facts"][number]} fact */
function factSeen({ name, value, provider, age_seconds: age }) {
  const origin = age === null ? provider : `${provider}, ${ageOf(age)}`;
  return h(
    "li",
    {},
    h("code", {}, name),
    ` ${factValue(name, value)}`,
    provider !== null && h("span", { class: "quiet" }, ` ${origin}`),
  );
}
