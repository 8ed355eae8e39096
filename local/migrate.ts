import { existsSync } from "node:fs";
import { readMigrationFiles } from "drizzle-orm/migrator";
import pg from "pg";

type Migration = ReturnType<typeof readMigrationFiles>[number];

/**
 * Applies what is new: tables and columns in one transaction, and then each index of a table that
 * was there before without locking it, so that the code before keeps writing. Keeps drizzle's own
 * journal, so that drizzle-kit agrees on what has run. One that was interrupted is run again.
 * `until`: the last to apply, for rows that were written by an older version.
 */
export async function applyMigrations(
  connectionString: string,
  migrationsFolder: string,
  until = Number.POSITIVE_INFINITY,
): Promise<void> {
  const migrations = readMigrations(migrationsFolder, until);
  const client = new pg.Client({ connectionString });
  // What breaks the connection fails the query that waits for it.
  client.on("error", () => undefined);
  await client.connect();
  try {
    await applyTables(client, migrations);
    await createMissingIndexes(client, migrations);
  } finally {
    await client.end();
  }
}

/**
 * As applyMigrations, within the caller's transaction: all of it comes to pass or nothing. Indexes
 * are made there too, so that their tables are locked.
 */
export async function migrateWithin(
  client: pg.Client,
  migrationsFolder: string,
  until = Number.POSITIVE_INFINITY,
): Promise<void> {
  await runFresh(client, readMigrations(migrationsFolder, until), () => false);
}

function readMigrations(migrationsFolder: string, until: number): Migration[] {
  if (!existsSync(`${migrationsFolder}/meta/_journal.json`))
    throw new Error(`no migrations in ${migrationsFolder}`);
  return readMigrationFiles({ migrationsFolder }).filter(
    ({ folderMillis }) => folderMillis <= until,
  );
}

/** The role that the migrations grant the rows of every table to. It owns nothing. */
export const APP_ROLE = "app_rw";

/**
 * Makes a login of the Worker: the role itself, or another that is a member of it, with its
 * password. Can be run again. The migrations have to be applied.
 */
export async function makeAppLogin(url: string, role: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  const name = client.escapeIdentifier(role);
  try {
    const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [role]);
    if (rowCount === 0) await client.query(`create role ${name}`);
    await client.query(`alter role ${name} login password ${client.escapeLiteral(password)}`);
    if (role !== APP_ROLE) await client.query(`grant ${APP_ROLE} to ${name}`);
  } finally {
    await client.end();
  }
}

/** How long a change may wait for its lock: everyone who comes later waits behind it. */
const LOCK_WAIT = "10s";
const JOURNAL = "drizzle.__drizzle_migrations";
/** Of two deployments at once one waits. */
const TURN = "select pg_advisory_xact_lock(7203002)";

async function applyTables(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  await client.query("begin");
  try {
    await runFresh(client, migrations, isOfAnOldTable);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Runs what the journal does not name yet, but the statements that `waits` picks. */
async function runFresh(
  client: pg.Client,
  migrations: readonly Migration[],
  waits: (statement: string, fresh: readonly Migration[]) => boolean,
): Promise<void> {
  await client.query(TURN);
  await client.query(`set local lock_timeout = '${LOCK_WAIT}'`);
  await client.query("create schema if not exists drizzle");
  await client.query(
    `create table if not exists ${JOURNAL} (id serial primary key, hash text not null, created_at
      bigint)`,
  );
  // /readyz reads the journal as the Worker's role, which need not be the one that migrates.
  await client.query("grant usage on schema drizzle to public");
  await client.query(`grant select on ${JOURNAL} to public`);
  const last = await client.query<{ at: string | null }>(
    `select max(created_at) as at from ${JOURNAL}`,
  );
  const fresh = migrations.filter(
    ({ folderMillis }) => folderMillis > Number(last.rows[0]?.at ?? 0),
  );
  for (const { sql, hash, folderMillis } of fresh) {
    for (const statement of sql) if (!waits(statement, fresh)) await client.query(statement);
    await client.query(`insert into ${JOURNAL} (hash, created_at) values ($1, $2)`, [
      hash,
      folderMillis,
    ]);
  }
}

/** Whether a statement makes an index of a table that these migrations do not make. */
function isOfAnOldTable(statement: string, fresh: readonly Migration[]): boolean {
  const index = indexIn(statement);
  const makes = (text: string): boolean => CREATES_TABLE.exec(text)?.[1] === index?.table;
  return index !== undefined && !fresh.some(({ sql }) => sql.some(makes));
}

/** A statement may have comments before it. */
const CREATES_TABLE = /^(?:\s|--.*\n)*CREATE TABLE (?:IF NOT EXISTS )?"(\w+)"/;
const CREATES_INDEX = /^(?:\s|--.*\n)*CREATE (UNIQUE )?INDEX "(\w+)" (ON "(\w+)" [\s\S]*?);?\s*$/;
const DROPS_INDEX = /^(?:\s|--.*\n)*DROP INDEX (?:IF EXISTS )?"(\w+)"/;

type Index = { name: string; table: string; create: string };

function indexIn(statement: string): Index | undefined {
  const [, unique = "", name, rest, table] = CREATES_INDEX.exec(statement) ?? [];
  if (name === undefined || table === undefined) return undefined;
  return {
    name,
    table,
    create: `create ${unique}index concurrently if not exists "${name}" ${rest}`,
  };
}

/**
 * Makes what is missing of all indexes that the migrations leave, and anew what an interrupted run
 * left half-made, which costs writes and serves no read.
 */
async function createMissingIndexes(
  client: pg.Client,
  migrations: readonly Migration[],
): Promise<void> {
  const wanted = new Map<string, Index>();
  for (const statement of migrations.flatMap(({ sql }) => sql)) {
    const index = indexIn(statement);
    if (index) wanted.set(index.name, index);
    wanted.delete(DROPS_INDEX.exec(statement)?.[1] ?? "");
  }
  const { rows } = await client.query<{ name: string; valid: boolean }>(
    `select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid =
      i.indexrelid
     where c.relnamespace = 'public'::regnamespace`,
  );
  const valid = new Map(rows.map((row) => [row.name, row.valid]));
  for (const { name, create } of wanted.values()) {
    if (valid.get(name)) continue;
    if (valid.has(name)) await client.query(`drop index concurrently "${name}"`);
    await client.query(create);
  }
}
