import { expect, it } from "vitest";
import { foldConfusables, normalizeText, skeleton } from "./normalize.ts";

it("takes out what no reader sees and keeps what they do", () => {
  expect(normalizeText("  Ｆｒｅｅ\u200b  mi\u00adnt\u202e \ud800!\n")).toBe("Free mint \ufffd!");
});

it("reads look-alike letters as Latin in a Latin text", () => {
  expect(foldConfusables("Сlаim yоur tokens")).toBe("Claim your tokens");
});

it("leaves Russian and Greek as they are", () => {
  expect(foldConfusables("Слава труду, BTC растёт")).toBe("Слава труду, BTC растёт");
  expect(foldConfusables("Καλημέρα κόσμε")).toBe("Καλημέρα κόσμε");
});

it("compares without case and script", () => {
  expect(skeleton("СLАIM")).toBe(skeleton("claim"));
});

it("reads no more than a post may hold, though one character can become eighteen", () => {
  expect(normalizeText("\uFDFA".repeat(20_000)).length).toBeLessThanOrEqual(10_000);
});
