import { FACTS } from "../../src/model/facts.ts";
import { loadRules } from "../../src/rules/load.ts";
import type { Ruleset } from "../../src/rules/score.ts";

const SCORING = `
  - name: crowd
    priority: 5
    rules:
      - name: voices
        condition: evidence_count >= 2
        per: evidence_count
        score: 1
        reason: "Several texts"
      - { name: authors, condition: "unique_authors >= 3", score: 4, reason: "Several authors" }
      - name: mood
        condition: sentiment > 0.1 or sentiment < -0.1
        per: sentiment
        score: 10
        reason: "A mood"
      - { name: copied, condition: "copies >= 2", score: -2, reason: "Copied" }
  - name: market
    priority: 3
    rules:
      - { name: deep, condition: "dex_liquidity >= 100000", score: 8, reason: "Deep" }
      - { name: red, condition: "goplus_risk == \\"red\\"", score: -15, reason: "Red" }
      - { name: taxed, condition: "sell_tax > 4", score: -3, reason: "Taxed" }
notify: { min_score: -100000, on: [candidate, verified, downgraded] }
missing: { dex: "no market data", goplus: "no scan" }
`;

/** States that only evidence can raise: the way there is the same in whatever order posts come. */
const STEADY = (posts: number) =>
  `states: { verified: "mentions >= ${posts}", downgraded: ` +
  `"mentions >= ${posts} and goplus_risk == \\"red\\"" }`;
/**
 * States that go back and forth with the mood: many transitions, whose number depends on the way.
 */
const SWINGING = (mood: number) =>
  `states: { verified: "sentiment >= ${mood}", downgraded: "sentiment < -${mood}" }`;

export type RulesKind = "steady" | "swinging";

/**
 * Rules, and those that are pushed while posts come. In a still history those mean the same under
 * another SHA: scoring by the older changes the name of the rules and nothing else.
 */
export function simRules(
  kind: RulesKind,
  isOtherwise: boolean,
): { older: Ruleset; newer: Ruleset } {
  const load = (comment: string, scoring: string, states: string): Ruleset => {
    const text = `# ${comment}\nversion: "1.0"\ngroups:${scoring}${states}\n`;
    const loaded = loadRules(text, {}, FACTS);
    if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
    return loaded.rules;
  };
  const statesOf = (isOther: boolean): string =>
    kind === "steady" ? STEADY(isOther ? 2 : 3) : SWINGING(isOther ? 0.05 : 0.03);
  const other = SCORING.replace("score: 4", "score: 9").replace("score: 8", "score: 5");
  return {
    older: load("older", SCORING, statesOf(false)),
    newer: load("newer", isOtherwise ? other : SCORING, statesOf(isOtherwise)),
  };
}
