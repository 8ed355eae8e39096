import { join } from "node:path";
import pg from "pg";
import { migrateWithin } from "../../local/migrate.ts";
import { LATEST_MIGRATION } from "../../migrations/latest.ts";
import type { MadeBackup } from "./dump.ts";
import { type BackupHead, BackupRefused, readBackup } from "./format.ts";
import { settleRestored } from "./settle.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");
const ROWS_AT_ONCE = 500;
const CHARACTERS_AT_ONCE = 4_000_000;
const LOCK_WAIT = "10s";
const LOCK_NOT_AVAILABLE = "55P03";

export type Restored = MadeBackup & { parked: number };
export type RestoreOptions = {
  /** Deletes what is there; without it a database with rows is refused. */
  replace: boolean;
  /** Leaves open deliveries open, which sends again what went out after the backup was made. */
  resend: boolean;
  now: Date;
};

/**
 * Puts a backup in place of what a database holds, in one transaction: when anything fails, the
 * database is as it was. The file is read whole before. Tables are made as they were when the
 * backup was made, and then brought to this version.
 */
export async function restoreDatabase(
  url: string,
  file: string,
  options: RestoreOptions,
): Promise<Restored> {
  const made = await readBackup(file);
  if (made.head.migration > LATEST_MIGRATION)
    throw new BackupRefused(`${file} was made by a later version of this product: update first`);
  const parked = await connected(url, async (client) => {
    await client.query("begin");
    // Whoever still uses a table keeps it: the restore gives up, and nothing has changed.
    await client.query(`set local lock_timeout = '${LOCK_WAIT}'`);
    await clearTarget(client, options.replace);
    await migrateWithin(client, MIGRATIONS, made.head.migration);
    // The rows were counted when they were made.
    await client.query("set local app.restoring = 'on'");
    await load(client, file, made.head);
    await migrateWithin(client, MIGRATIONS);
    const settled = await settleRestored(client, options);
    await client.query("commit");
    return settled;
  }).catch((error: Error & { code?: string }) => {
    if (error.code !== LOCK_NOT_AVAILABLE) throw error;
    throw new BackupRefused("something uses the database: stop the Worker first; nothing changed");
  });
  return { ...made, parked };
}

export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>) {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Drops our tables, so that they can be made as they were. Rows are only dropped when asked to, and
 * tables that no migration of ours made never: it is another database than the one that was meant.
 */
async function clearTarget(client: pg.Client, replace: boolean): Promise<void> {
  const { rows: tables } = await client.query<{ name: string }>(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
  );
  const { rows: journal } = await client.query<{ name: string | null }>(
    "select to_regclass('drizzle.__drizzle_migrations')::text as name",
  );
  if (tables.length > 0 && journal[0]?.name === null)
    throw new BackupRefused(
      `the database holds tables of something else (${tables[0]?.name}): name another one`,
    );
  for (const { name } of replace ? [] : tables) {
    const { rowCount } = await client.query(`select 1 from ${name} limit 1`);
    if (rowCount === 1)
      throw new BackupRefused(
        `the database holds rows (in ${name}): restore into an empty one, or say --replace ` +
          "to delete what is there",
      );
  }
  for (const { name } of tables) await client.query(`drop table ${name} cascade`);
  await client.query("drop table if exists drizzle.__drizzle_migrations");
}

async function load(client: pg.Client, file: string, head: BackupHead): Promise<void> {
  const tables = new Map(head.tables.map((each) => [each.name, each]));
  let table = "";
  let rows: string[] = [];
  let characters = 0;
  const flush = async () => {
    if (rows.length === 0) return;
    const name = client.escapeIdentifier(table);
    const { columns = [], json = [] } = tables.get(table) ?? {};
    const names = columns.map((column) => client.escapeIdentifier(column));
    // A record would take JSON's null for SQL's.
    const values = columns.map((column, n) =>
      json.includes(column) ? `j -> ${client.escapeLiteral(column)}` : `r.${names[n]}`,
    );
    await client.query(
      `insert into ${name} (${names}) overriding system value
       select ${values} from jsonb_array_elements($1::jsonb) j,
         jsonb_populate_record(null::${name}, j) r`,
      [`[${rows.join(",")}]`],
    );
    rows = [];
    characters = 0;
  };
  await readBackup(file, async (each) => {
    const isFull = rows.length === ROWS_AT_ONCE || characters > CHARACTERS_AT_ONCE;
    if (isFull || each.table !== table) await flush();
    table = each.table;
    rows.push(each.row);
    characters += each.row.length;
  });
  await flush();
}
