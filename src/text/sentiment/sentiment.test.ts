import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { tokenize } from "../tokenize/tokenize.ts";
import { explainSentiment, sentiment, sentimentLabel } from "./sentiment.ts";
import { turnIn } from "./turns.ts";

it.each([
  ["positive", "I love this, best day ever! 😍"],
  ["negative", "This is terrible, I hate it and I am so angry"],
  ["neutral", "The meeting is on Tuesday at the office"],
])("hears a %s text", (label, text) => {
  expect(sentimentLabel(text)).toBe(label);
});

it("turns round at a negation", () => {
  expect(sentiment("this is good")).toBeGreaterThan(0.1);
  expect(sentiment("this is not good")).toBeLessThan(0);
});

it("knows what words mean on a market", () => {
  expect(sentiment("$DEMO rugged, devs dumped everything, total scam")).toBeLessThan(-0.4);
  expect(sentiment("very bullish on $DEMO, breakout and rally ahead 🚀")).toBeGreaterThan(0.4);
});

it.each([
  ["$DEMO withdrawals stuck again, wow amazing", -1],
  ["how is $DEMO still this cheap", 1],
  ["they called $DEMO dead at 2 dollars, now it is 9", 1],
  ["they called $DEMO a winner at 9 dollars, now it is 2", -1],
  ["$DEMO went from 40 cents to 9 cents", -1],
])("hears the side that a turn of speech takes: %s", (text, side) => {
  const { score, words } = explainSentiment(text);
  expect(score * side).toBeGreaterThan(0.1);
  expect(words.some(({ weight }) => weight === side)).toBe(true);
});

it("hears no turn where nothing speaks of a market", () => {
  const text = "great, the train is stuck again";
  expect(explainSentiment(text).words.every(({ weight }) => Math.abs(weight) < 1)).toBe(true);
});

it("knows strong words and turns of everyday speech", () => {
  expect(sentiment("that film was phenomenal")).toBeGreaterThan(0.3);
  expect(sentiment("the service there is godawful")).toBeLessThan(-0.3);
  expect(sentiment("that really made my day")).toBeGreaterThan(
    sentiment("that really filled my day") + 0.2,
  );
});

it("names the words that drove the score, strongest first and signed", () => {
  const { score, words } = explainSentiment("awesome launch but the fees are awful, truly awful");
  const weights = words.map(({ weight }) => Math.abs(weight));
  expect(words.find(({ word }) => word === "awesome")?.weight).toBeGreaterThan(0);
  expect(words.find(({ word }) => word === "awful")?.weight).toBeLessThan(0);
  expect(weights).toEqual(weights.toSorted((a, b) => b - a));
  expect(score).toBe(sentiment("awesome launch but the fees are awful, truly awful"));
});

it.each(["", "🤷", "123", "https://example.com"])("has no feelings about %j", (text) => {
  expect(Math.abs(sentiment(text))).toBeLessThan(0.35);
});

it("says nothing of a text without words", () => {
  expect(explainSentiment("   ")).toEqual({ score: 0, words: [] });
});

it.each([
  ["crypto", 0.8],
  ["stock", 0.9],
])("puts good comments on %s above bad ones", (kind, least) => {
  const lines = readFileSync(
    new URL("../../../models/data/market-sentiment.jsonl", import.meta.url),
    "utf8",
  )
    .trim()
    .split("\n");
  const rows = lines.map((line) => JSON.parse(line)).filter((row) => row.kind === kind);
  const scoresOf = (label: string) =>
    rows.filter((row) => row.label === label).map((row) => sentiment(row.text));
  const [good, bad] = [scoresOf("positive"), scoresOf("negative")];
  const above = good.flatMap((one) =>
    bad.map((other) => Number(one > other) + Number(one === other) / 2),
  );
  expect(above.reduce((a, b) => a + b) / above.length).toBeGreaterThan(least);
});

it("reads a saying as one, and what happens to shorts as good", () => {
  expect(sentiment("$DEMO shorts covering, don't sell")).toBeGreaterThan(
    sentiment("$DEMO sell and short it"),
  );
  expect(
    explainSentiment("$DEMO looks ready, buy the dip").words.map(({ word }) => word),
  ).toContain("buy the dip");
});

it.each([
  ["I have never been more bullish on $DEMO", "I have never been more bearish on $DEMO"],
  ["shorts are trapped here", "longs are trapped here"],
  ["bears getting destroyed today", "bulls getting destroyed today"],
  ["dip got bought instantly", "rally got sold instantly"],
  ["$DEMO broke above its range", "$DEMO broke below its range"],
  ["+4 % after a beat", "-3 % after a miss"],
  ["fud is over", "the best is behind us"],
])("hears that %j is better news than %j", (good, bad) => {
  expect(sentiment(good)).toBeGreaterThan(sentiment(bad));
});

it.each(["shorts are trapped here", "bears getting destroyed today", "fud is over"])(
  "hears good news for holders in %j",
  (text) => {
    expect(sentiment(text)).toBeGreaterThan(0);
  },
);

it.each([
  ["Fees fell from 20 to 2 dollars on $ETH", 1],
  ["$ETH fees are at a new low", 1],
  ["$ETH users are at a new low", -1],
  ["record outflows from $BTC funds", -1],
  ["$BTC fear and greed index fell to 9", -1],
  ["the $KAS team is quiet because they are building", 1],
  ["the put call volume ratio jumped for $ETH", undefined],
  ["people don't get the $FLR docs", undefined],
  ["The upgrade moves blocks of $ETH from 12 to 6 seconds", undefined],
  ["Great news: exploit funds were returned in full, $EUL", undefined],
  ["Congrats to the winners of the hack weekend on $SOL", undefined],
  ["Great, another hack and no refund for $EUL", -1],
  ["$ABC fell from $3.20 to $1.10", -1],
])("hears in %j the turn %j", (text, side) => {
  expect(turnIn(tokenize(text))?.side).toBe(side);
});
