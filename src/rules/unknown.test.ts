import { describe, expect, it } from "vitest";
import { loadSample, sampleFile, sampleMatches } from "./samples.ts";
import { scoreRules } from "./score.ts";

describe("a fact that is not known", () => {
  it.each([
    "dex_liquidity >= 0",
    "dex_liquidity < 0",
    "not (dex_liquidity < 0)",
    'symbol != "X"',
    'not (symbol == "X")',
    'symbol in ("X", "Y")',
    'symbol not in ("X", "Y")',
    'symbol ~= "X"',
    "dex_liquidity + 1 > 0",
    "max(dex_liquidity, 5) > 0",
    "if dex_liquidity > 1 then 1 == 1 else 1 == 1",
  ])("makes no match in %s", (condition) => {
    expect(sampleMatches(condition, {})).toBe(false);
  });

  it.each([
    "not exists(dex_liquidity)",
    "empty(keywords)",
    "dex_liquidity > 1 or mentions > 1",
    "not (dex_liquidity > 1 and mentions < 1)",
    "not exists(dex_liquidity) or dex_liquidity > 1",
  ])("does not keep the rest from deciding %s", (condition) => {
    expect(sampleMatches(condition, { mentions: 2 })).toBe(true);
  });

  it("never gives an answer that some value of it would turn over", () => {
    const conditions = [
      "sentiment > 0.5 and mentions > 3",
      "not (sentiment > 0.5 or mentions > 3)",
      "sentiment > mentions or sentiment <= mentions",
      "1 < sentiment < mentions",
      "not (mentions in (1, 2) and sentiment == 1)",
      "if mentions > 2 then sentiment > 0 else sentiment < 1",
    ];
    const values = [-1, 0, 0.5, 1, 2, 3, 4];
    for (const condition of conditions) {
      const rules = loadSample(sampleFile(condition));
      const ask = (sentiment: number | null, mentions: number | null) =>
        rules.rules[0]?.condition.evaluate(
          rules.slots.map((name) => ({ sentiment, mentions })[name] ?? null),
        );
      for (const sentiment of [null, ...values]) {
        for (const mentions of [null, ...values]) {
          const answer = ask(sentiment, mentions);
          const completions = (sentiment === null ? values : [sentiment]).flatMap((s) =>
            (mentions === null ? values : [mentions]).map((m) => ask(s, m)),
          );
          if (answer !== null)
            expect([condition, sentiment, mentions, new Set(completions)]).toEqual([
              condition,
              sentiment,
              mentions,
              new Set([answer]),
            ]);
        }
      }
    }
  });
});

describe("a number that is not finite", () => {
  const ZERO = { dex_volume_1h: 0, dex_volume_24h: 0, mentions: 1 };

  it.each([
    "dex_volume_1h / dex_volume_24h >= 0",
    "mentions / dex_volume_24h > 1",
    "not (mentions / dex_volume_24h < 1)",
    "exists(mentions / dex_volume_24h)",
    "log(dex_volume_24h) < 0",
    "sqrt(0 - mentions) != 1",
  ])("is not known, when a rule computes it: %s", (condition) => {
    expect(sampleMatches(condition, ZERO)).toBe(false);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "is not known, when it is a fact: %s",
    (sentiment) => {
      expect(sampleMatches("not exists(sentiment)", { sentiment })).toBe(true);
      expect(sampleMatches("sentiment > 0 or sentiment <= 0", { sentiment })).toBe(false);
    },
  );

  it("adds nothing as the number of times", () => {
    const rules = loadSample(
      sampleFile("mentions > 0").replace("score: 1", "score: 1, per: mentions / dex_volume_24h"),
    );
    expect(scoreRules(rules, ZERO)).toMatchObject({ score: 0, reasons: [], errors: [] });
  });
});
