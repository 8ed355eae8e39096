import { expect, it } from "vitest";
import { textHash } from "./text-hash.ts";

it("gives equal texts equal hashes, whatever their case and invisible characters", () => {
  expect(textHash("$DEMO  is up")).toBe(textHash("$demo is\u200b UP"));
  expect(textHash("$DEMO is up")).not.toBe(textHash("$DEMO is down"));
});

it("tells the same words about other tokens apart, whatever the order of the tokens", () => {
  const words = "New pair detected, liquidity added";
  expect(textHash(words, ["sol:A"])).not.toBe(textHash(words, ["sol:B"]));
  expect(textHash(words, ["sol:A"])).not.toBe(textHash(words));
  expect(textHash(words, ["sol:A", "sol:B", "sol:A"])).toBe(textHash(words, ["sol:B", "sol:A"]));
});
