import { expect, it } from "vitest";
import { ngramRows } from "./ngrams.ts";

const BITS = 20;

function rowsOf(word: string, longest: number): number[] {
  const units = Uint16Array.from(`_${word}_`, (character) => character.charCodeAt(0));
  const rows = new Uint32Array(100);
  return [...rows.subarray(0, ngramRows(units, 1, word.length + 1, { longest, bits: BITS }, rows))];
}

it("has a row for each n-gram with its boundaries: _g _gm _gm_ g gm gm_ m m_", () => {
  expect(new Set(rowsOf("gm", 6)).size).toBe(8);
  expect(rowsOf("gm", 2)).toHaveLength(5);
});

it("gives an n-gram the same row wherever it stands, and another at a word's begin", () => {
  const shared = rowsOf("gm", 6).filter((row) => rowsOf("ogm", 6).includes(row));
  expect(shared).toHaveLength(5);
});

it("keeps the rows that the shipped weights were learned for", () => {
  expect(rowsOf("ab", 2)).toMatchInlineSnapshot(`
    [
      362889,
      428317,
      609281,
      78612,
      614255,
    ]
  `);
});
