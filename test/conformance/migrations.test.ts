import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyMigrations } from "../../local/migrate.ts";
import { LATEST_MIGRATION } from "../../migrations/latest.ts";
import { startPglite, startPostgres, type TestPostgres } from "../support/postgres.ts";

const FOLDER = join(import.meta.dirname, "../../migrations");
const older = mkdtempSync(join(tmpdir(), "migrations-"));
let database: TestPostgres;

beforeAll(async () => {
  cpSync(FOLDER, older, { recursive: true });
  const journal = JSON.parse(readFileSync(join(FOLDER, "meta/_journal.json"), "utf8"));
  writeFileSync(
    join(older, "meta/_journal.json"),
    JSON.stringify({ ...journal, entries: journal.entries.slice(0, 2) }),
  );
  database = await startPostgres();
}, 180_000);
afterAll(async () => {
  await database.stop();
  rmSync(older, { recursive: true });
});

/** A database as it was before retention, its indexes and the columns after it. */
async function before(name: string): Promise<{ url: string; pool: pg.Pool }> {
  await database.pool.query(`create database ${name}`);
  const url = Object.assign(new URL(database.url), { pathname: `/${name}` }).href;
  await applyMigrations(url, older);
  const pool = new pg.Pool({ connectionString: url });
  pool.on("error", () => undefined);
  await pool.query(INSERT, ["a"]);
  return { url, pool };
}

const INSERT = `insert into push_outbox (channel_id, event_key, payload_json, next_retry_at,
  created_at, idem_key) values (1, 'e', '{}', now(), now(), $1)`;
const invalid = async (pool: pg.Pool): Promise<string[]> =>
  (
    await pool.query("select indexrelid::regclass::text as name from pg_index where not indisvalid")
  ).rows.map(({ name }) => name);

/** Everything about tables, columns and indexes, as text. */
async function schema(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query(
    `select indexdef as line from pg_indexes where schemaname = 'public'
     union all select table_name || '.' || column_name || ' ' || data_type from
     information_schema.columns where table_schema = 'public'
     union all select hash from drizzle.__drizzle_migrations order by line`,
  );
  return rows.map(({ line }) => line);
}

/** Resolves once the statement that makes an index waits for those who write. */
async function indexWaits(pool: pg.Pool): Promise<number> {
  for (let looks = 0; looks < 500; looks++) {
    const { rows } = await pool.query(
      "select pid from pg_stat_activity where query like 'create index concurrently%' and " +
        "wait_event_type = 'Lock' and datname = current_database()",
    );
    if (rows.length > 0) return rows[0].pid;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("no index waits");
}

it("brings an old database to what a new one is, and changes nothing the second time", async () => {
  const { url, pool } = await before("grown");
  await applyMigrations(url, FOLDER);
  const grown = await schema(pool);
  expect(grown).toEqual(await schema(database.pool));
  await applyMigrations(url, FOLDER);
  expect(await schema(pool)).toEqual(grown);
  await pool.end();
});

it("lets writers go on while it makes an index, and mends one that it was interrupted at", async () => {
  const { url, pool } = await before("busy");
  await applyMigrations(url, FOLDER);
  await pool.query("drop index push_outbox_status");
  const writer = await pool.connect();
  await writer.query("begin");
  await writer.query(INSERT, ["b"]);
  const interrupted = expect(applyMigrations(url, FOLDER)).rejects.toThrow(/terminat|connection/i);
  const pid = await indexWaits(pool);
  await pool.query(INSERT, ["c"]);
  await pool.query("select pg_terminate_backend($1)", [pid]);
  await interrupted;
  expect(await invalid(pool)).toHaveLength(1);
  await writer.query("commit");
  writer.release();
  await applyMigrations(url, FOLDER);
  expect(await invalid(pool)).toEqual([]);
  expect(await schema(pool)).toEqual(await schema(database.pool));
  await pool.end();
});

it("leaves nothing behind of a change that fails", async () => {
  const { url, pool } = await before("failing");
  await pool.query("create table archived (other text)");
  await expect(applyMigrations(url, FOLDER)).rejects.toThrow(/archived/);
  await pool.query("drop table archived");
  await applyMigrations(url, FOLDER);
  expect(await schema(pool)).toEqual(await schema(database.pool));
  await pool.end();
});

it("lets a role that only works read what was applied", async () => {
  const { url, pool } = await before("worker_role");
  await applyMigrations(url, FOLDER);
  const client = await pool.connect();
  await client.query("create role app_rw");
  await client.query("set role app_rw");
  const { rows } = await client.query(
    "select max(created_at)::float8 as latest from drizzle.__drizzle_migrations",
  );
  expect(rows).toEqual([{ latest: LATEST_MIGRATION }]);
  client.release();
  await pool.end();
});

it("brings PGlite up as well", { timeout: 120_000 }, async () => {
  const lite = await startPglite();
  await lite.pool.query(`drop index push_outbox_status`);
  await applyMigrations(lite.url, FOLDER);
  const { rows } = await lite.pool.query(
    "select count(*)::int as count from pg_indexes where indexname = 'push_outbox_status'",
  );
  expect(rows).toEqual([{ count: 1 }]);
  await lite.stop();
});
