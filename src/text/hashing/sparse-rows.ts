/**
 * A few rows out of a large hashed table, each with a few cells that are not 0, as text: four
 * streams of one character a number, so that the transport's gzip codes each by its own
 * frequencies. `gaps`: how many rows are left out before the row. `sizes`: cells of the row.
 * `columns`: columns left out before the cell. `values`: the cell.
 */
export type PackedRows = { gaps: string; sizes: string; columns: string; values: string };
export type SparseCell = readonly [column: number, value: number];

/**
 * `index` has two numbers for 32 rows, side by side for the processor's cache: a bit for each row
 * that is there, and how many are there before. The n-th row that is there owns cells[starts[n]] up
 * to cells[starts[n + 1]]; a cell is value * 256 + column.
 */
export type RowTable = { index: Uint32Array; starts: Uint32Array; cells: Int16Array };

/** Printable and needs no escape inside of quotes. */
const ALPHABET =
  "!#%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~";
/** Adds its value to that of the next character: numbers beyond the alphabet. */
const MORE = ALPHABET.length - 1;
const ZERO = ALPHABET.length >> 1;
/** Largest value of a cell, either sign. */
export const MAX_VALUE = ZERO - 1;

const CODE = new Uint8Array(128);
for (let i = 0; i < ALPHABET.length; i++) CODE[ALPHABET.charCodeAt(i)] = i;

/** How many bits of 32 are set. */
function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const letter = (number: number) => ALPHABET.charAt(number);
const counted = (number: number): string =>
  number < MORE ? letter(number) : letter(MORE) + counted(number - MORE);

/** Rows ascending; the cells of each by ascending column. */
export function packRows(
  rows: Iterable<readonly [row: number, cells: readonly SparseCell[]]>,
): PackedRows {
  const [gaps, sizes, columns, values]: [string[], string[], string[], string[]] = [[], [], [], []];
  let next = 0;
  for (const [row, cells] of rows) {
    gaps.push(counted(row - next));
    sizes.push(letter(cells.length));
    next = row + 1;
    let free = 0;
    for (const [column, value] of cells) {
      columns.push(letter(column - free));
      values.push(letter(value + ZERO));
      free = column + 1;
    }
  }
  return {
    gaps: gaps.join(""),
    sizes: sizes.join(""),
    columns: columns.join(""),
    values: values.join(""),
  };
}

export function unpackRows({ gaps, sizes, columns, values }: PackedRows, bits: number): RowTable {
  const index = new Uint32Array((1 << bits) >> 4);
  const starts = new Uint32Array(sizes.length + 1);
  const cells = new Int16Array(values.length);
  let row = 0;
  for (let at = 0; at < gaps.length; at++) {
    const gap = CODE[gaps.charCodeAt(at)] as number;
    row += gap;
    if (gap === MORE) continue;
    (index[(row >>> 5) << 1] as number) |= 1 << (row & 31);
    row++;
  }
  for (let at = 0, before = 0; at < index.length; at += 2) {
    index[at + 1] = before;
    before += bitsIn(index[at] as number);
  }
  let cell = 0;
  for (let n = 0; n < sizes.length; n++) {
    let column = 0;
    for (const end = cell + (CODE[sizes.charCodeAt(n)] as number); cell < end; cell++) {
      column += CODE[columns.charCodeAt(cell)] as number;
      cells[cell] = ((CODE[values.charCodeAt(cell)] as number) - ZERO) * 256 + column++;
    }
    starts[n + 1] = cell;
  }
  return { index, starts, cells };
}

/** Which of the rows that are there this one is; -1 when it is not there. */
export function findRow({ index }: RowTable, row: number): number {
  const at = (row >>> 5) << 1;
  const word = index[at] as number;
  const bit = 1 << (row & 31);
  return (word & bit) === 0 ? -1 : (index[at + 1] as number) + bitsIn(word & (bit - 1));
}
