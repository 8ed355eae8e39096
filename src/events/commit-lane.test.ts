import { expect, it } from "vitest";
import { commitLaneOf } from "./commit-lane.ts";

it.each([2, 8])("spreads events evenly over %i lanes, and each always to the same", (count) => {
  const keys = Array.from({ length: 4_000 }, (_, n) => `eth:T${n}:2026-01-15T10:00:00Z`);
  const lanes = Map.groupBy(keys, (key) => commitLaneOf(key, count));
  expect(lanes.size).toBe(count);
  for (const lane of lanes.values()) expect(lane.length).toBeGreaterThan((0.8 * 4_000) / count);
  expect(keys.map((key) => commitLaneOf(key, count))).toEqual(
    [...keys].map((key) => commitLaneOf(key, count)),
  );
});
