import { expect, it } from "vitest";
import { seeded } from "../../../local/seeded.ts";
import type { Random } from "../../kit/time.ts";
import type { EventFacts, FactValue, FactValues } from "../../model/facts.ts";
import { explainSignal } from "../explain.ts";
import { loadSample, sampleFile } from "../samples.ts";
import { scoreRules } from "../score.ts";

const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

const NUMBERS = ["mentions", "copies", "sentiment", "dex_liquidity"];
const TEXTS = ["symbol", "goplus_risk"];
const VALUES = [
  "0",
  "-0",
  "1",
  "-1",
  "2",
  "3",
  "0.1",
  "0.10000000000000002",
  "0.3",
  "0.30000000000000004",
  "1000000",
  "-2.5",
  "999999999999999999999",
];
const WORDS = ["", "a", "green", "red"];
const RELATIONS = ["<", "<=", ">", ">=", "==", "!="];

/**
 * A condition over few facts and few values, so that they meet on, between and beyond the same
 * thresholds.
 */
function condition(random: Random, depth = 3): string {
  const inner = () => `(${condition(random, depth - 1)})`;
  if (depth > 0 && random() < 0.6) {
    const operator = pick(random, ["and", "and", "or", "not"]);
    return operator === "not" ? `not ${inner()}` : `${inner()} ${operator} ${inner()}`;
  }
  const fact = pick(random, NUMBERS);
  const other = pick(random, NUMBERS);
  const value = pick(random, VALUES);
  const text = pick(random, TEXTS);
  const word = JSON.stringify(pick(random, WORDS));
  const relation = pick(random, RELATIONS);
  return pick(random, [
    () => `${fact} ${relation} ${value}`,
    () => `${fact} ${relation} ${value}`,
    () => `${value} ${relation} ${fact}`,
    () => `${pick(random, VALUES)} <= ${fact} < ${value}`,
    () => `${fact} in (${value}, ${pick(random, VALUES)})`,
    () => `${fact} not in (${value})`,
    () => `${text} ${pick(random, ["==", "!="])} ${word}`,
    () => `${text} in (${word}, "b")`,
    () => `exists(${pick(random, [...NUMBERS, ...TEXTS, "keywords"])})`,
    () => `${fact} ${relation} ${other}`,
    () => `abs(${fact}) ${relation} ${value}`,
    () => `${text} ~= "^[ab]"`,
    () => `${word} in keywords`,
    () => `empty(${text})`,
  ])();
}

const NUMERALS = VALUES.map(Number);
/**
 * On the values, beside them by the smallest step, unknown, and now and then of a type that no fact
 * of this name has.
 */
function someFacts(random: Random): FactValues {
  const number = (): FactValue => {
    const near = pick(random, NUMERALS);
    return pick(random, [
      near,
      near,
      near * (1 + Number.EPSILON),
      near * (1 - Number.EPSILON),
      near + 0.05,
      null,
    ]);
  };
  const odd = (): FactValue =>
    pick<FactValue>(random, [Number.NaN, Number.POSITIVE_INFINITY, "a", 7, ["a"]]);
  const one = (usual: () => FactValue): FactValue => (random() < 0.01 ? odd() : usual());
  const facts: FactValues = {
    keywords: pick<FactValue>(random, [null, [], ["a"], ["green", "b"]]),
  };
  for (const name of NUMBERS) facts[name] = one(number);
  for (const name of TEXTS)
    facts[name] = one(() => pick<FactValue>(random, [...WORDS, "other than a", "b", null]));
  return facts;
}

const snapshot = (values: FactValues): EventFacts => ({
  evaluatedAt: "2026-01-01T00:00:00Z",
  values,
  origin: {},
  degraded: [],
  notes: [],
});

/** Scoring reads the bitmap; explaining asks the closures. */
it.each(Array.from({ length: 20 }, (_, seed) => seed))(
  "matches the rules whose conditions hold, and no others (seed %i)",
  (seed) => {
    const random = seeded(seed);
    const rules = loadSample(
      sampleFile(...Array.from({ length: 1 + Math.floor(random() * 90) }, () => condition(random))),
    );
    let matched = 0;
    for (let i = 0; i < 100; i++) {
      const facts = someFacts(random);
      const verdict = scoreRules(rules, facts);
      const asked = explainSignal(rules, snapshot(facts)).rules;
      const of = (outcome: string) =>
        asked.filter((rule) => rule.outcome === outcome).map(({ rule }) => rule);
      expect([
        facts,
        verdict.reasons.map(({ rule }) => rule),
        verdict.errors.map(({ rule }) => rule),
      ]).toEqual([facts, of("matched"), of("failed")]);
      matched += verdict.reasons.length;
    }
    expect(matched).toBeGreaterThan(0);
  },
);
