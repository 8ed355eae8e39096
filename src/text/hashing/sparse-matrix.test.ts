import { expect, it } from "vitest";
import { MAX_CELL, packTable, unpackSquares, unpackTable } from "./sparse-matrix.ts";

it("gives back every cell, whatever the runs of zeros", () => {
  const [rows, width] = [97, 7];
  const cells = new Int8Array(rows * width);
  for (let i = 0; i < cells.length; i += 1 + ((i * i) % 53))
    cells[i] = ((i * 31) % (2 * MAX_CELL + 1)) - MAX_CELL;
  const table = unpackTable(packTable(cells), rows, width);
  const back = new Int8Array(cells.length);
  for (let row = 0; row < rows; row++) {
    for (let at = table.starts[row] ?? 0; at < (table.starts[row + 1] ?? 0); at++) {
      back[row * width + (table.columns[at] ?? 0)] = table.values[at] ?? 0;
    }
  }
  expect(back).toEqual(cells);
});

it("needs no escape in a string literal, so that a module holds it as it is", () => {
  const cells = Int8Array.from({ length: 90 }, (_, i) => (i < 45 ? i - MAX_CELL : 0));
  const packed = packTable(cells);
  expect(JSON.stringify(packed)).toBe(`"${packed}"`);
});

it("gives the squares of the cells, signed", () => {
  const cells = Int8Array.from({ length: 700 }, (_, i) =>
    i % 61 < 5 ? ((i * 31) % (2 * MAX_CELL + 1)) - MAX_CELL : 0,
  );
  expect([...unpackSquares(packTable(cells), cells.length)]).toEqual(
    [...cells].map((cell) => cell * Math.abs(cell)),
  );
});
