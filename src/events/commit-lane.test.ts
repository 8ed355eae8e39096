import { expect, it } from "vitest";
import { COMMIT_LANES, commitLaneOf } from "./commit-lane.ts";

it("gives an event the same lane always, and fills the lanes alike", () => {
  const keys = Array.from({ length: 1_000 }, (_, i) => `eth:T${i}:2026-01-15T10:00:00Z`);
  const lanes = Map.groupBy(keys, commitLaneOf);
  expect(lanes.size).toBe(COMMIT_LANES);
  for (const held of lanes.values()) expect(held.length).toBeGreaterThan(150);
  expect(keys.map(commitLaneOf)).toEqual(keys.map(commitLaneOf));
});
