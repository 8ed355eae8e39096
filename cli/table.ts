const MAX_CELL = 60;

/** What came from outside must not steer the terminal. */
export const plain = (text: string): string =>
  text
    .replace(/\p{Cc}|\p{Cf}/gu, " ")
    .replace(/\s+/g, " ")
    .trim();

const cut = (text: string): string =>
  text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
const shown = (value: unknown): string =>
  value === null || value === undefined ? "-" : plain(String(value));

/** Rows as aligned columns under their names; numbers to the right. */
export function table(rows: Record<string, unknown>[]): string[] {
  const [first] = rows;
  if (first === undefined) return ["(none)"];
  const columns = Object.keys(first);
  const cells = rows.map((row) => columns.map((column) => cut(shown(row[column]))));
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const numeric = columns.map((column) =>
    rows.every((row) => typeof row[column] === "number" || row[column] === null),
  );
  const line = (row: string[]) =>
    row
      .map((cell, at) =>
        numeric[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [line(columns), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)];
}
