import pg from "pg";
import { type BackupEnd, type BackupHead, writeBackup } from "./format.ts";

const ROWS_AT_ONCE = 1_000;

export type MadeBackup = { head: BackupHead; end: BackupEnd };

/**
 * Writes every table as it is at one moment (a snapshot of PostgreSQL) while the Worker goes on
 * writing. Locks nothing that it uses.
 */
export async function dumpDatabase(url: string, file: string, now: Date): Promise<MadeBackup> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    await client.query("set local timezone = 'UTC'");
    const head = await readHead(client, now);
    const end = await writeBackup(file, head, (table) => rowsOf(client, table));
    return { head, end };
  } finally {
    await client.end();
  }
}

async function readHead(client: pg.Client, now: Date): Promise<BackupHead> {
  const { rows } = await client.query<{ server: string; migration: number }>(
    `select current_setting('server_version') as server,
      (select max(created_at)::float8 from drizzle.__drizzle_migrations) as migration`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error("the database answers no query");
  const tables = await tablesInOrder(client);
  return { version: 1, madeAt: now.toISOString(), ...found, tables };
}

/** The numbers of rows are counted anew when the rows come back. */
const COUNTED_ANEW = ["tallies", "tally_changes"];

type TableHead = BackupHead["tables"][number];
type TableRow = TableHead & { needs: string[] };

/** A table comes after those that its rows refer to. */
async function tablesInOrder(client: pg.Client): Promise<BackupHead["tables"]> {
  const { rows } = await client.query<TableRow>(`
    select c.relname as name,
      (select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid
        and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      (select coalesce(json_agg(a.attname order by a.attnum), '[]') from pg_attribute a
        where a.attrelid = c.oid and a.atttypid in ('json'::regtype, 'jsonb'::regtype)
          and not a.attisdropped and a.attgenerated = '') as json,
      (select coalesce(json_agg(distinct f.relname), '[]') from pg_constraint k
        join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and c.relname <> all(array['${COUNTED_ANEW.join("', '")}'])
    order by c.relname`);
  const ordered: TableRow[] = [];
  while (ordered.length < rows.length) {
    const done = new Set(ordered.map(({ name }) => name));
    const next = rows.filter(
      ({ name, needs }) => !done.has(name) && needs.every((need) => done.has(need)),
    );
    if (next.length === 0) throw new Error("the tables refer to each other in a circle");
    ordered.push(...next);
  }
  return ordered.map(({ name, columns, json }) => ({ name, columns, json }));
}

/** A column of JSON that holds SQL's null is left out: JSON's own null is a value. */
async function* rowsOf(client: pg.Client, table: TableHead): AsyncGenerator<string> {
  const unset = table.json.map(
    (column) =>
      `case when t.${client.escapeIdentifier(column)} is null ` +
      `then ${client.escapeLiteral(column)} end`,
  );
  const row = `to_jsonb(t) - array_remove(array[${unset}]::text[], null)`;
  await client.query(
    `declare rows no scroll cursor for
      select (${row})::text as row from ${client.escapeIdentifier(table.name)} t`,
  );
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`fetch ${ROWS_AT_ONCE} from rows`);
    for (const { row } of rows) yield row;
    if (rows.length < ROWS_AT_ONCE) break;
  }
  await client.query("close rows");
}
