import { describe, expect, it } from "vitest";
import { FACTS } from "../../model/facts.ts";
import { loadRules } from "../load.ts";
import { sampleFile, sampleProblems } from "../samples.ts";

function warned(...conditions: string[]) {
  const loaded = loadRules(sampleFile(...conditions), {}, FACTS);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  return loaded.warnings.map(({ line, message, suggestion }) => ({ line, message, suggestion }));
}

describe("a comparison that the bounds of its facts decide", () => {
  it.each([
    ["mentions < 0", "mentions is a whole number, 0 or more"],
    ["copies == -1", "copies == -1 never holds"],
    ["mentions == 2.5", "mentions is a whole number"],
    ["mentions > -1", "always holds where the facts are known"],
    ["is_honeypot > 1", "is_honeypot is 0 or 1"],
    ["sentiment_max > 1.5", "sentiment_max is -1 to 1"],
    ["dex_price_change_24h < -150", "dex_price_change_24h is -100 or more"],
    ["sell_tax > 150", "sell_tax is 0 to 100"],
    ["abs(sentiment) > 2", "abs(sentiment) is 0 to 1"],
    ["min(mentions, 3) > 5", "min(mentions, 3) is 0 to 3"],
    ["dex_volume_1h / dex_volume_24h < 0", "is 0 or more"],
    ["(if mentions > 3 then sentiment else 1) > 1", "-1 to 1"],
    ["mentions in (1, 2.5)", "mentions is never 2.5"],
    ["not (mentions < 0)", "mentions < 0 never holds"],
  ])("is warned of: %s", (condition, message) => {
    expect(warned(condition)).toMatchObject([
      { line: 5, message: expect.stringContaining(message) },
    ]);
  });

  it("suggests the share where a percentage was written", () => {
    expect(warned("top10_share > 60")).toMatchObject([{ suggestion: "60 % is written 0.6" }]);
  });

  it.each([
    "mentions >= 0",
    "whale_share <= 0",
    "top10_share >= 1",
    "heat_slope < -2",
    "lp_lock_days < 7",
    "abs(dex_price_change_1h) > 10",
    "sentiment * sentiment_max < 0",
    "mentions - copies < 0",
    "copies > 1 or mentions > 1",
    "-5 < heat_slope",
    "mentions mod 2 == 0",
    "mentions ^ 2 > 9",
    "1 == 1",
  ])("is not seen in what can hold and can fail: %s", (condition) => {
    expect(warned(condition)).toEqual([]);
  });
});

describe("a text in a form that the fact never has", () => {
  it.each([
    ['symbol != "Pepe"', '"PEPE"'],
    ['symbol in ("btc", "ETH")', '"BTC"'],
    ['symbol == "$DOGE"', '"DOGE"'],
    ['symbol ~= "^pepe"', '"^PEPE"'],
    ['lang == "EN"', '"en"'],
    ['"Giveaway" in keywords', '"giveaway"'],
    ['"#airdrop" not in keywords', '"airdrop"'],
  ])("is warned of with the right one: %s", (condition, suggestion) => {
    expect(warned(condition)).toMatchObject([{ suggestion: `did you mean ${suggestion}?` }]);
  });

  it.each(['"rug pull" in keywords', 'chain ~= "ETH"', 'lang == "english" and mentions > 1'])(
    "is warned of: %s",
    (condition) => {
      expect(warned(condition)).toHaveLength(1);
    },
  );

  it.each([
    'symbol ~= "[a-z]|PEPE"',
    'symbol ~= "^W"',
    'symbol == "1000SATS"',
    '"défi" in keywords',
  ])("is not seen in: %s", (condition) => {
    expect(warned(condition)).toEqual([]);
  });
});

describe("conditions that contradict each other", () => {
  it.each([
    "mentions > 9 and mentions < 3",
    "10 < mentions < 5",
    "mentions > 2 and copies > 1 and not (mentions > 2)",
    'symbol == "A" and symbol == "B"',
    'type == "listing" and type in ("launch", "depeg")',
    "exists(symbol) and not exists(symbol)",
    "mentions > 2.5 and mentions < 3",
    "is_honeypot > 0 and is_honeypot < 1",
    "sentiment > 0.5 and last_sentiment_score < 0",
    "copies > 1 or (mentions > 9 and mentions < 3)",
  ])("are warned of once: %s", (condition) => {
    expect(warned(condition)).toMatchObject([{ message: expect.stringContaining("never hold") }]);
  });

  it.each([
    "mentions > 3 and mentions < 9",
    "mentions > 2 and mentions < 4",
    "sentiment > 0.5 and sentiment < 0.6",
    'symbol != "A" and symbol != "B"',
    "mentions > 5 or mentions < 3",
    "empty(keywords) and not exists(symbol)",
  ])("are not seen in: %s", (condition) => {
    expect(warned(condition)).toEqual([]);
  });
});

describe("a default in the shell's way", () => {
  it("is warned of where minus cannot be meant, once, with the right form", () => {
    expect(warned("mentions > ${THETA_M:-5} and copies < 3")).toEqual([
      {
        line: 5,
        message: "the default of THETA_M is minus 5: a default is written `:`",
        suggestion: "write ${THETA_M:5}",
      },
    ]);
  });

  it("is warned of also where the setting has a value", () => {
    const text = sampleFile("mentions > ${THETA_M:-5}");
    expect(loadRules(text, { THETA_M: "4" }, FACTS)).toMatchObject({
      warnings: [{ suggestion: "write ${THETA_M:5}" }],
    });
  });

  it("is warned of in a text", () => {
    const text = sampleFile("mentions > 1").replace("because", "'${RULES_REASON:-because}'");
    expect(loadRules(text, {}, FACTS)).toMatchObject({
      warnings: [{ suggestion: "write ${RULES_REASON:because}" }],
    });
  });

  it.each(["sentiment < ${THETA_S:-0.3}", "dex_price_change_1h <= ${THETA_DROP:-30}"])(
    "is taken for minus where the fact can be negative: %s",
    (condition) => {
      expect(warned(condition)).toEqual([]);
    },
  );
});

describe("a rule that asks what an earlier one asks", () => {
  it("is warned of, however it is laid out", () => {
    expect(warned("sentiment > 1 / 2", "copies > 1", "(last_sentiment_score)>1/2")).toMatchObject([
      { line: 7, message: "asks what r0 asks: where it holds, both count" },
    ]);
  });

  it("is not seen in a rule on trial beside a live one", () => {
    const text = sampleFile("mentions > 3", "mentions > 3").replace(
      "name: r1",
      "name: r1, stage: shadow",
    );
    expect(loadRules(text, {}, FACTS)).toMatchObject({ warnings: [] });
  });
});

describe("membership in a list", () => {
  it.each([
    ['keywords in ("hack")', 'write "hack" in keywords'],
    ['keywords in ("hack", "exploit")', 'write ("hack" in keywords or "exploit" in keywords)'],
    ['keywords not in ("scam")', 'write not ("scam" in keywords)'],
    ['is_honeypot in ("1")', "write 1"],
    ["symbol in (1, 2)", 'write "1"'],
    ["1 in keywords", 'write "1"'],
    ["mentions in (1, (2, 3))", "write all values in one pair of brackets"],
    ['type in ("launch", ("listing", "depeg"))', "write all values in one pair of brackets"],
  ])("is refused where it never holds, with advice: %s", (condition, suggestion) => {
    expect(sampleProblems(sampleFile(condition))[0]).toMatchObject({ line: 5, suggestion });
  });

  it.each(["keywords in keywords", "mentions in keywords", "(mentions > 3) in (1)"])(
    "is refused: %s",
    (condition) => {
      expect(sampleProblems(sampleFile(condition))).not.toEqual([]);
    },
  );

  it.each(['("hack", "exploit") in keywords', "mentions in (1, 2)", 'type not in ("launch")'])(
    "loads without a word: %s",
    (condition) => {
      expect(warned(condition)).toEqual([]);
    },
  );
});
