import { expect, it } from "vitest";
import { judgeSpam, spamScore } from "./spam.ts";

it.each([
  "🎁 $500 GIVEAWAY! Follow me, retweet and tag 3 friends, winners in 24 hours",
  "Lost crypto to a scam platform? Send a DM for recovery support, verified experts, no upfront " +
    "payment",
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

it.each([
  ["New ringtone every week to your phone, text TONE to 80080", "ringtone"],
  ["Hey everyone, I am a rapper, have a listen to my new video and thumbs up", "thumbs up"],
])(
  "finds the spam of text messages and video comments, by words of their own: %s",
  (text, word) => {
    const { score, words } = judgeSpam(text);
    expect(score).toBeGreaterThanOrEqual(0.5);
    expect(words).toContain(word);
  },
);

it.each([
  "Hi from the shop: your parcel is at the desk till 6",
  "Running late, sorry. Start dinner without me",
  "What a voice, she still sings it as on the record",
])("lets an ordinary message or comment through: %s", (text) => {
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
