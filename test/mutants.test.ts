import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { coreFiles, drawMutants } from "./mutants/draw.ts";
import { EQUIVALENT } from "./mutants/equivalent.ts";
import { slipsIn } from "./mutants/operators.ts";
import { nearestTests } from "./mutants/unit-proof.ts";
import { MUTANTS } from "./sim/mutants.ts";
import { codePattern, mutated } from "./sim/mutate.ts";

const ROOT = join(import.meta.dirname, "..");

/** The faults suite tries each; here only that the code has not moved on without them. */
it.each(MUTANTS)("still finds where to break the code: $name", (mutant) => {
  const source = readFileSync(join(ROOT, mutant.file), "utf8");
  const broken = mutated(source, mutant);
  expect(broken).not.toBe(source);
  // What does not even load, any test notices.
  if (mutant.file.endsWith(".ts")) expect(parseSync(mutant.file, broken).errors).toEqual([]);
});

it("finds code however it is spaced and wrapped, and nothing else", () => {
  const found = (from: string, code: string) => codePattern(from).test(code);
  expect(found("send(a, { b: 1 });", "send(\n  a,\n  { b: 1, },\n);")).toBe(true);
  expect(found("if (late) return;", "if (late)\n      return;")).toBe(true);
  expect(found("return late;", "returnlate;")).toBe(false);
  expect(found("a + b", "a - b")).toBe(false);
});

describe("drawn mutants", () => {
  /** What the operators make of a piece of code. */
  const madeOf = (source: string, file = "code.ts"): string[] =>
    slipsIn(file, source).map((slip) =>
      mutated(source, { ...slip, file, from: source.slice(slip.start, slip.end) }),
    );

  it.each([
    ["const late = a < b;", ["const late = a <= b;", "const late = a > b;"]],
    ["if (held(a)) throw b;", ["if (!(held(a))) throw b;", ";"]],
    ["await send(a);", [";", "void send(a);"]],
    ["const all = a && b;", ["const all = a || b;", "const all = a;", "const all = b;"]],
    ["const all = a.every(b);", ["const all = a.some(b);"]],
    ["const due = rows.filter(b);", ["const due = rows;"]],
    ["const most = 3;", ["const most = 4;"]],
    ["const most = 250_000;", ["const most = 0;"]],
    ["const sum = a + `b`;", []],
    ["import a from 'b'; type C = 1 | 2; log({ n: 1 });", []],
  ])("of %s", (source, expected) => {
    expect(madeOf(source).sort()).toEqual([...expected].sort());
  });

  it("of SQL", () => {
    expect(madeOf("const A = `select a from b where c < $1 for update`;")).toEqual([
      "const A = `select a from b where c <= $1 for update`;",
      "const A = `select a from b where c < $1`;",
    ]);
  });

  it("are the same for a seed, each at a place of its own", () => {
    const drawn = drawMutants(7, 30, []);
    expect(drawn).toEqual(drawMutants(7, 30, []));
    expect(new Set(drawn.map(({ file, line }) => `${file} ${line}`)).size).toBe(30);
    expect(drawMutants(8, 30, [])).not.toEqual(drawn);
  }, 60_000);

  it("are of files that tests are near to", () => {
    const files = coreFiles([]);
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => nearestTests(file).files.length === 0)).toEqual([]);
  });

  it.each(EQUIVALENT)("still change nothing: $file: $in", ({ file, in: line, operator }) => {
    const source = readFileSync(join(ROOT, file), "utf8");
    const slips = slipsIn(file, source).filter((slip) => slip.operator === operator);
    const lines = slips.map(({ start }) => source.slice(source.lastIndexOf("\n", start) + 1));
    expect(lines.some((text) => text.split("\n")[0]?.trim() === line)).toBe(true);
  });
});
