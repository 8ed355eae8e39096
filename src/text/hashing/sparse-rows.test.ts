import { expect, it } from "vitest";
import { findRow, MAX_VALUE, packRows, type SparseCell, unpackRows } from "./sparse-rows.ts";

const BITS = 14;
/** Neighbours, the first and the last row, and gaps longer than one character can say. */
const ROWS = [0, 1, 2, 30, 31, 32, 33, 63, 64, 500, 501, 9000, (1 << BITS) - 1];
const cellsOf = (row: number): SparseCell[] =>
  Array.from({ length: row % 5 }, (_, i) => [
    i * 9 + (row % 7),
    ((row + i * 31) % (2 * MAX_VALUE + 1)) - MAX_VALUE,
  ]);
const packed = packRows(ROWS.map((row) => [row, cellsOf(row)]));

it("gives back every cell of every row, and no row that was not packed", () => {
  const table = unpackRows(packed, BITS);
  const back = new Map<number, SparseCell[]>();
  for (let row = 0; row < 1 << BITS; row++) {
    const found = findRow(table, row);
    if (found < 0) continue;
    const cells = table.cells.subarray(table.starts[found], table.starts[found + 1]);
    back.set(
      row,
      Array.from(cells, (cell) => [cell & 0xff, cell >> 8]),
    );
  }
  expect([...back]).toEqual(ROWS.map((row) => [row, cellsOf(row)]));
});

it("needs no escape in a string literal, so that a module holds it as it is", () => {
  for (const stream of Object.values(packed)) expect(JSON.stringify(stream)).toBe(`"${stream}"`);
});
