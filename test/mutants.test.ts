import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MUTANTS } from "./sim/mutants.ts";
import { mutated } from "./sim/mutate.ts";

const ROOT = join(import.meta.dirname, "..");

/** The faults suite tries each; here only that the code has not moved on without them. */
it.each(MUTANTS)("still finds where to break the code: $name", (mutant) => {
  const source = readFileSync(join(ROOT, mutant.file), "utf8");
  expect(mutated(source, mutant)).not.toBe(source);
});
