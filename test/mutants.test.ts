import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MUTANTS } from "./sim/mutants.ts";
import { codePattern, mutated } from "./sim/mutate.ts";

const ROOT = join(import.meta.dirname, "..");

/** The faults suite tries each; here only that the code has not moved on without them. */
it.each(MUTANTS)("still finds where to break the code: $name", (mutant) => {
  const source = readFileSync(join(ROOT, mutant.file), "utf8");
  expect(mutated(source, mutant)).not.toBe(source);
});

it("finds code however it is spaced and wrapped, and nothing else", () => {
  const found = (from: string, code: string) => codePattern(from).test(code);
  expect(found("send(a, { b: 1 });", "send(\n  a,\n  { b: 1, },\n);")).toBe(true);
  expect(found("if (late) return;", "if (late)\n      return;")).toBe(true);
  expect(found("return late;", "returnlate;")).toBe(false);
  expect(found("a + b", "a - b")).toBe(false);
});
