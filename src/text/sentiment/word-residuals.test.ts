import { expect, it } from "vitest";
import { tokenize } from "../tokenize/tokenize.ts";
import { scoreWords } from "./lexicon-score.ts";
import { RESIDUAL_BITS, residualOf, residualsIn } from "./word-residuals.ts";

const everyRow = new Float32Array(1 << RESIDUAL_BITS).fill(1);
const corrected = (text: string, weights = everyRow) =>
  residualOf(residualsIn(scoreWords(tokenize(text))), weights);

it("hears a rated word twice: as it is, and with its rating in its place", () => {
  expect(corrected("great")).toBeGreaterThan(corrected("tuesday"));
  expect(corrected("awful")).toBeLessThan(corrected("tuesday"));
  expect(corrected("not great")).toBeLessThan(corrected("great"));
});

it("counts the same words less in a longer text, and marks not at all", () => {
  const great = new Float32Array(everyRow.length);
  const { rows, count } = residualsIn(scoreWords(tokenize("great")));
  for (const row of rows.slice(0, count)) great[row] = 1;
  expect(corrected("great day on the river with the boys", great)).toBeLessThan(
    corrected("great day", great),
  );
  expect(corrected("! ? .")).toBe(0);
});
