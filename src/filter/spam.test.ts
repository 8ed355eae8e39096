import { expect, it } from "vitest";
import { judgeSpam, spamScore } from "./spam.ts";

it.each([
  "🎁 $500 GIVEAWAY! Follow me, retweet and tag 3 friends, winners in 24 hours",
  "Lost crypto to a scam platform? Send a DM for recovery support, verified experts, no upfront payment",
  "Follow us on Telegram for FREE instant crypto signals, join now t.me/+abcdef $BTC $ETH $SOL $XRP",
])("finds a promotion: %s", (text) => {
  expect(spamScore(text)).toBeGreaterThanOrEqual(0.5);
});

it.each([
  "The new release of the node fixes a memory leak that we saw under load last week.",
  "Half-time in London, one goal each and plenty to talk about.",
  "Ethereum validators voted to raise the gas limit again.",
])("lets an ordinary post through: %s", (text) => {
  expect(spamScore(text)).toBeLessThan(0.5);
});

it("names the words that raised the score", () => {
  const { words } = judgeSpam("🎁 Huge giveaway! Follow me and retweet to win");
  expect(words.length).toBeGreaterThan(0);
  expect(words.join(" ")).toMatch(/giveaway|follow|retweet|win/);
});

it("reads the same spam in look-alike letters", () => {
  const text = "Free airdrop, claim now and join our telegram";
  expect(spamScore(text.replaceAll("a", "а").replaceAll("e", "е"))).toBeCloseTo(spamScore(text), 5);
});
