import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MUTANTS } from "../sim/mutants.ts";
import { mutated } from "../sim/mutate.ts";
import { trials } from "../sim/trials.ts";

it.each(MUTANTS)("a mutant still applies: $name", (mutant) => {
  expect(() =>
    mutated(readFileSync(join(import.meta.dirname, "../..", mutant.file), "utf8"), mutant),
  ).not.toThrow();
});

it("no mutant survives the simulator", async () => {
  const results = await trials("", console.log);
  const survivors = results
    .filter(({ killedBy }) => killedBy === undefined)
    .map(({ mutant }) => mutant.name);
  console.log(`${results.length - survivors.length} of ${results.length} mutants killed`);
  expect(survivors).toEqual([]);
});
