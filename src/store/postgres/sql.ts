import { markOf, type PageMark, type PageRequest, pageOf, type RowPage } from "../paging.ts";

/**
 * What the store asks of a PostgreSQL client: one statement, one round trip, committed by itself.
 * `params` are strings, numbers, booleans and null; lists travel as JSON. Throws StoreUnavailable
 * for a passing fault (see faults.ts) and whatever else for a bug.
 */
export type Sql = {
  query<Row>(text: string, params: (string | number | boolean | null)[]): Promise<Row[]>;
};

/** A client of the store. `asTenant`: each statement sees and writes that tenant's rows alone. */
export type SqlClient = Sql & { asTenant(tenant: string): Sql };

/**
 * Comes before a statement of a tenant, in one transaction with it: the policies of app_tenant then
 * choose the rows. $1 the tenant.
 */
export const BECOME_TENANT =
  "select set_config('role', 'app_tenant', true), set_config('app.tenant', $1, true)";

/** Stands where a statement of ownRows is held to the rows of its tenant; else a mere comment. */
export const OWN = (alias: string): string => ` /*own ${alias}*/`;

/** `tenant` was read by TenantName, so that it can stand in a statement. */
export const ownSql = (sql: Sql, tenant: string): Sql => ({
  query: (text, params) =>
    sql.query(text.replaceAll(/ \/\*own (\w+)\*\//g, ` and $1.tenant = '${tenant}'`), params),
});

/**
 * A JSON parameter. PostgreSQL refuses NUL and half surrogate pairs in jsonb; a dead letter must be
 * stored whatever its payload holds.
 */
export const jsonParam = (value: unknown): string =>
  (JSON.stringify(value) ?? "null").replaceAll(
    /(?<!\\)((?:\\\\)*)\\u(0000|d[89a-f][0-9a-f]{2})/g,
    (_, slashes: string, code: string) => (code === "0000" ? slashes : `${slashes}\ufffd`),
  );

/** A JSON parameter that may be absent. */
export const optionalJson = (value: unknown): string | null =>
  value === undefined ? null : jsonParam(value);

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

export type Condition = [clause: string, value: string | number | boolean | null];

type Found<Item> = { item: Item; at: string | null; id: number };

/** `own`: the alias of what belongs to a tenant. */
type SelectedRows = { item: string; from: string; at: string | null; id: string; own?: string };

/**
 * Rows that meet every condition whose value is not null, the newest first; `?` in a clause stands
 * for its value.
 */
export async function newestFirst<Item>(
  sql: Sql,
  select: SelectedRows,
  conditions: Condition[],
  { limit, cursor }: PageRequest,
): Promise<RowPage<Item>> {
  const mark = markOf(cursor, select.at !== null);
  const given = conditions.filter(([, value]) => value !== null);
  const params = given.map(([, value]) => value);
  const clauses = given.map(([clause], i) => clause.replaceAll("?", `$${i + 1}`));
  if (select.own !== undefined) clauses.push(`true${OWN(select.own)}`);
  if (mark !== null) {
    clauses.push(
      select.at === null
        ? `${select.id} < $${params.length + 1}`
        : `(${select.at}, ${select.id}) < ($${params.length + 2}::timestamptz, ` +
            `$${params.length + 1}::bigint)`,
    );
    params.push(mark.id, ...(select.at === null ? [] : [mark.at]));
  }
  const text = `
    select ${select.item} as item, ${select.at === null ? "null" : isoColumn(select.at)} as at,
    ${select.id}::float8 as id
    from ${select.from} ${clauses.length > 0 ? `where ${clauses.join(" and ")}` : ""}
    order by ${select.at === null ? "" : `${select.at} desc,`} ${select.id} desc
    limit ${limit + 1}`;
  const rows = await sql.query<Found<Item>>(text, params);
  return pageOf(
    rows,
    limit,
    ({ item }) => item,
    ({ at, id }): PageMark => ({ at, id }),
  );
}

/** The items of one statement whose $1 is the list of event keys, each once. */
export async function itemsByKey<Item>(
  sql: Sql,
  text: string,
  eventKeys: readonly string[],
): Promise<Item[]> {
  const rows = await sql.query<{ item: Item }>(text, [jsonParam([...new Set(eventKeys)])]);
  return rows.map(({ item }) => item);
}

export const GIVEN_KEYS = "select jsonb_array_elements_text($1::jsonb)";
