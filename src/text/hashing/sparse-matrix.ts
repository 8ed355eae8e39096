/**
 * A table of small whole numbers, mostly zero, as text: ships inside a module, compresses well on
 * the wire, and needs no inflating. Cells are read row by row. A character is either one value
 * (-22..22, not 0) or a run of 1..44 zeros; RUN_MAX zeros go on with the next character.
 */
const ALPHABET =
  "!#%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~";
const VALUES = 44;
const HALF = VALUES / 2;
const RUN_MAX = ALPHABET.length - VALUES;

/** Rows of (column, value) pairs: row r owns entries starts[r] up to starts[r + 1]. */
export type SparseTable = { starts: Uint32Array; columns: Uint8Array; values: Int8Array };

export const MAX_CELL = HALF;

export function packTable(cells: Int8Array): string {
  const out: string[] = [];
  let run = 0;
  const flush = () => {
    for (; run > 0; run -= Math.min(run, RUN_MAX))
      out.push(ALPHABET[VALUES + Math.min(run, RUN_MAX) - 1] ?? "");
  };
  for (const cell of cells) {
    if (cell === 0) run++;
    else {
      flush();
      out.push(ALPHABET[cell > 0 ? cell - 1 : HALF - 1 - cell] ?? "");
    }
  }
  flush();
  return out.join("");
}

const CODE = new Int8Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) CODE[ALPHABET.charCodeAt(i)] = i;

export function unpackTable(packed: string, rows: number, width: number): SparseTable {
  let filled = 0;
  for (let i = 0; i < packed.length; i++) if ((CODE[packed.charCodeAt(i)] ?? 0) < VALUES) filled++;
  const table = {
    starts: new Uint32Array(rows + 1),
    columns: new Uint8Array(filled),
    values: new Int8Array(filled),
  };
  let row = 0;
  let column = 0;
  let entry = 0;
  for (let i = 0; i < packed.length; i++) {
    const code = CODE[packed.charCodeAt(i)] ?? 0;
    if (code >= VALUES) column += code - VALUES + 1;
    else {
      table.columns[entry] = column;
      table.values[entry++] = code < HALF ? code + 1 : HALF - 1 - code;
      column++;
    }
    while (column >= width) {
      column -= width;
      table.starts[++row] = entry;
    }
  }
  return table;
}

/**
 * All cells of a packed table, zeros too, as signed squares: 44 values then reach from 1 to 484,
 * which a few large and many small weights need. For tables small enough that a look at any cell
 * should cost one read.
 */
export function unpackSquares(packed: string, size: number): Int16Array {
  const cells = new Int16Array(size);
  let at = 0;
  for (let i = 0; i < packed.length; i++) {
    const code = CODE[packed.charCodeAt(i)] ?? 0;
    const root = code < HALF ? code + 1 : HALF - 1 - code;
    if (code >= VALUES) at += code - VALUES + 1;
    else cells[at++] = root * Math.abs(root);
  }
  return cells;
}
