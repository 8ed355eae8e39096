/**
 * What the store asks of a PostgreSQL client: one statement, one round trip, committed by itself.
 * `params` are strings, numbers, booleans and null; lists travel as JSON. Throws StoreUnavailable
 * for a passing fault (see faults.ts) and whatever else for a bug.
 */
export type Sql = {
  query<Row>(text: string, params: (string | number | boolean | null)[]): Promise<Row[]>;
};

/**
 * A JSON parameter. PostgreSQL refuses NUL and half surrogate pairs in jsonb; a dead letter must be
 * stored whatever its payload holds.
 */
export const jsonParam = (value: unknown): string =>
  (JSON.stringify(value) ?? "null").replaceAll(
    /(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f][0-9a-f]{2})/g,
    (_, slashes: string, code: string) => (code === "0000" ? slashes : `${slashes}\ufffd`),
  );

/** Makes every text parameter one that PostgreSQL can hold: an id in a URL may have any bytes. */
export const storableText = (sql: Sql): Sql => ({
  query: (text, params) =>
    sql.query(
      text,
      params.map((param) =>
        typeof param === "string" ? param.replaceAll("\u0000", "").toWellFormed() : param,
      ),
    ),
});

/** A timestamptz as the model writes it: ISO 8601, UTC, milliseconds. */
export const isoColumn = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The first row of a statement that always answers one. */
export async function firstRow<Row>(rows: Promise<Row[]>): Promise<Row> {
  const [row] = await rows;
  if (row === undefined) throw new Error("a statement that answers one row answered none");
  return row;
}
