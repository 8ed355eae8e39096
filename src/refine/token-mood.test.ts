import { expect, it } from "vitest";
import { moodsByToken } from "./token-mood.ts";

const WHOLE = { sentiment: 0.1, stance: 0.1 };
const UP = { sentiment: 0.5, stance: 0.5 };

it("rates the statement of each token by itself", () => {
  const read: string[] = [];
  const moodAt = moodsByToken("Love $AA. Hate $BB.", WHOLE, (part) => {
    read.push(part);
    return UP;
  });
  expect(moodAt({ at: 5, others: [15] })).toEqual(UP);
  expect(moodAt({ at: 15, others: [5] })).toEqual(UP);
  expect(read.map((part) => part.trim())).toEqual(["Love $AA.", "Hate $BB."]);
});

it("keeps the mood of the whole where one token stands alone", () => {
  expect(moodsByToken("$AA up", WHOLE, () => UP)({ at: 0, others: [] })).toEqual(WHOLE);
});

/** A scan that starts anew at each mark takes a hundred milliseconds. */
it("reads a long row of marks once", () => {
  const moodAt = moodsByToken(`$AA $BB ${"。".repeat(10_000)}x`, WHOLE, () => UP);
  const took = [0, 1, 2].map(() => {
    const from = performance.now();
    moodAt({ at: 0, others: [4] });
    return performance.now() - from;
  });
  expect(Math.min(...took)).toBeLessThan(40);
});
