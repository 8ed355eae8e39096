import { expect, it } from "vitest";
import { hashOf, joinHashes } from "../../hashing/feature-hash.ts";
import { lexiconTable, ratingOf } from "./table.ts";

it("finds what it was given and nothing else", () => {
  const words = Array.from({ length: 500 }, (_, i) => [`word${i}`, i / 10] as const);
  const ratings = lexiconTable(words);
  for (const [word, rating] of words)
    expect(ratingOf(ratings, hashOf(word))).toBeCloseTo(rating, 5);
  expect(ratingOf(ratings, hashOf("another"))).toBeNaN();
});

it("keeps the first of two ratings, and finds words in a row", () => {
  const ratings = lexiconTable([
    ["dip", -1],
    ["dip", 2],
    ["buy the dip", 3],
  ]);
  expect(ratingOf(ratings, hashOf("dip"))).toBe(-1);
  expect(
    ratingOf(ratings, joinHashes(joinHashes(hashOf("buy"), hashOf("the")), hashOf("dip"))),
  ).toBe(3);
});
