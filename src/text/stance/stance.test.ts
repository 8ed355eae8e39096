import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sentimentOrNull } from "../sentiment/sentiment.ts";
import { stance } from "./stance.ts";

it.each([
  "loading up on calls, this breaks out next week",
  "bullish on $ACME, buying every dip",
  "long and strong, target 120",
])("finds the bullish side of %j", (text) => {
  expect(stance(text)).toBeGreaterThan(0.2);
});

it.each([
  "puts are printing, this goes to zero",
  "shorting this here, more downside coming",
  "sell this trash before it crashes",
])("finds the bearish side of %j", (text) => {
  expect(stance(text)).toBeLessThan(-0.2);
});

it("takes the side of a turn of speech", () => {
  expect(stance("how the hell is $DEMO still this cheap")).toBeGreaterThan(0.2);
  expect(stance("brilliant, $DEMO paused withdrawals again")).toBeLessThan(-0.2);
});

it("takes no side where there are no words", () => {
  for (const text of ["", "...", "!!!"]) expect(stance(text)).toBe(0);
});

/** Held-out figures are the trainer's; this shows that the shipped weights are of these features. */
it("tells our comments on markets apart", () => {
  const file = new URL("../../../models/data/market-sentiment.jsonl", import.meta.url);
  const rows = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { text: string; label: string })
    .filter(({ label }) => label !== "neutral");
  const right = rows.filter(({ text, label }) => stance(text) > 0 === (label === "positive"));
  expect(right.length / rows.length).toBeGreaterThan(0.9);
});

it("rates the languages that have a model, and no others", () => {
  expect(sentimentOrNull("¡qué día tan maravilloso, me encanta!", "es")).toBeGreaterThan(0.1);
  expect(sentimentOrNull("das ist furchtbar, ich hasse es", "de")).toBeLessThan(-0.1);
  expect(sentimentOrNull("今日はとても良い日です", "ja")).toBeNull();
  expect(sentimentOrNull("great news, I love it", "en")).toBeGreaterThan(0.3);
});
