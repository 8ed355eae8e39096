import { expect, it } from "vitest";
import { trials } from "../sim/trials.ts";

it("no mutant survives the simulator", async () => {
  const results = await trials("", console.log);
  const survivors = results
    .filter(({ killedBy }) => killedBy === undefined)
    .map(({ mutant }) => mutant.name);
  console.log(`${results.length - survivors.length} of ${results.length} mutants killed`);
  expect(survivors).toEqual([]);
});
