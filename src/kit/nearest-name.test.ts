import { expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

it.each([
  ["scoer", "score"],
  ["socre", "score"],
  ["nmae", "name"],
  ["raeson", "reason"],
  ["conditon", "condition"],
  ["Score", "score"],
])("takes %s for %s", (typed, meant) => {
  expect(nearestName(typed, ["name", "condition", "score", "reason"])).toBe(meant);
});

it("takes no name that is another word for the one meant", () => {
  expect(nearestName("scope", ["core_value", "name"])).toBeUndefined();
  expect(nearestName("eroscr", ["score"])).toBeUndefined();
});
