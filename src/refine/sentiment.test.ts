import { expect, it } from "vitest";
import { explainSentiment, sentiment, sentimentLabel } from "./sentiment.ts";

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
