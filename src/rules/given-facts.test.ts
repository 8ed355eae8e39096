import { describe, expect, it } from "vitest";
import { FACTS } from "../model/facts.ts";
import { givenFacts, YamlFacts } from "./given-facts.ts";

describe("facts given by hand", () => {
  it("stand under their canonical names, flags as 1 and 0", () => {
    expect(givenFacts({ last_sentiment_score: 0.8, is_honeypot: true, lang: null }, FACTS)).toEqual(
      {
        facts: { sentiment: 0.8, is_honeypot: 1, lang: null },
        ignored: [],
      },
    );
  });

  it.each([
    ["an unknown name", { dex_liquidty: 9 }, "unknown fact dex_liquidty"],
    ["a number as text", { dex_liquidity: "9" }, "is a number, and this is text"],
    ["a text as a list", { symbol: ["A"] }, "is text, and this is a list"],
    ["a flag for a text", { symbol: true }, "is text, and this is a number"],
    ["an alias beside its fact", { last_sentiment_score: 1, sentiment: 0 }, "is given too"],
    ["a text that is too long", { symbol: "A".repeat(10_001) }, "longer than 10000"],
    ["a list that is too long", { keywords: Array(1_001).fill("a") }, "more than 1000"],
    ["a name of every object", { constructor: 1 }, "unknown fact"],
  ])("are left out with a reason: %s", (_, given, message) => {
    expect(givenFacts(given, FACTS).ignored).toMatchObject([
      { message: expect.stringContaining(message) },
    ]);
  });

  it("are not known when they are not finite", () => {
    const given = YamlFacts.parse({ sentiment: Number.NaN, heat_slope: Number.NEGATIVE_INFINITY });
    expect(givenFacts(given, FACTS)).toEqual({
      facts: { sentiment: null, heat_slope: null },
      ignored: [],
    });
  });
});
