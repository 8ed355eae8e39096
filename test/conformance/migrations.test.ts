import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyMigrations, makeAppLogin } from "../../local/migrate.ts";
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

it("gives the Worker a login that works with rows and owns nothing", async () => {
  const { url, pool } = await before("worker_role");
  await applyMigrations(url, FOLDER);
  await makeAppLogin(url, "app_rw_one", "it's one's");
  await makeAppLogin(url, "app_rw_one", "changed");
  const app = Object.assign(new URL(url), { username: "app_rw_one", password: "changed" }).href;
  const client = new pg.Client({ connectionString: app });
  await client.connect();
  const { rows } = await client.query(
    "select max(created_at)::float8 as latest from drizzle.__drizzle_migrations",
  );
  expect(rows).toEqual([{ latest: LATEST_MIGRATION }]);
  await client.query(INSERT, ["b"]);
  expect((await client.query("delete from push_outbox")).rowCount).toBe(2);
  // Of a later migration, too.
  await pool.query("create table later (id int generated always as identity)");
  await client.query("insert into later default values");
  for (const change of ["drop table later", "alter table events add column x int", "create role x"])
    await expect(client.query(change)).rejects.toThrow(/must be owner|permission denied/);
  await client.end();
  await pool.end();
});

it("migrates as an owner who may not make roles", async () => {
  await database.pool.query("create role plain login password 'plain'");
  await database.pool.query("create database of_plain owner plain");
  const url = new URL(database.url);
  Object.assign(url, { username: "plain", password: "plain", pathname: "/of_plain" });
  await applyMigrations(url.href, FOLDER);
  const pool = new pg.Pool({ connectionString: url.href });
  const expected = (await schema(database.pool)).filter((line) => !line.includes("later"));
  expect(await schema(pool)).toEqual(expected);
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

/** Two events of one contract in one window: by the chain that some posts named, and without. */
const TWO_EVENTS = `
  with event as (
    insert into events (event_key, type, symbol, token_ca, chain, summary, evidence, window_start,
      start_ts, last_ts, evidence_count, copies, unique_authors, rev, updated_at)
    select chain || ':0xabcdefabcdefabcdefabcdefabcdefabcdefabcd:2026-01-15T10:00:00Z', 'mention',
      'DEMO', '0xABCDEFabcdefabcdefabcdefabcdefabcdefabcd', chain, 's', '[]', now(), now(), now(),
      pieces, 0, pieces, 3, now()
    from (values ('eth', 2), ('unknown', 1)) as e(chain, pieces) returning event_key, chain
  ),
  signal as (
    insert into signals (event_key, state, score, level, risk_level, reasons, missing,
      features_snapshot, degraded, rules_version, transition, ts)
    select event_key, case chain when 'eth' then 'verified' else 'candidate' end, 1, 'observe',
      'green', '[]', '[]', '{}', false, 'sha', 1, now() from event
  ),
  post as (
    insert into raw_posts (source, source_id, author, text, posted_at, raw, text_hash, outcome,
      event_keys, done_keys, accepted_at, ended_at)
    select 'x', id, 'a' || id, 't', now(), '{}', id, 'evidence', array[event_key],
      array[event_key], now(), now()
    from (values ('1', 'eth'), ('2', 'eth'), ('3', 'unknown')) as p(id, of) join event on chain = of
  ),
  sent as (
    insert into push_outbox (channel_id, event_key, payload_json, next_retry_at, created_at,
      idem_key) select 1, event_key, jsonb_build_object('eventKey', event_key), now(), now(),
      event_key from event
  )
  insert into event_evidence (event_key, evidence_id, source, post_id, author, posted_at, mention,
    committed_at)
  select event_key, 'x:' || id, 'x', id, 'a' || id, now(), jsonb_build_object('eventKey',
    event_key), now()
  from (values ('1', 'eth'), ('2', 'eth'), ('3', 'unknown')) as p(id, of) join event on chain = of`;

it("gives a contract of the EVM one event, with the evidence of all", async () => {
  const { url, pool } = await before("one_contract");
  await pool.query(TWO_EVENTS);
  await applyMigrations(url, FOLDER);
  const address = `0x${"abcdef".repeat(6)}abcd`;
  const key = `evm:${address}:2026-01-15T10:00:00Z`;
  const { rows } = await pool.query(
    `select e.event_key, token_ca, state, evidence_count, copies, unique_authors, (select
     count(*)::int from event_evidence v where v.event_key = e.event_key and
     v.mention->>'eventKey' = e.event_key) as pieces, (select count(*)::int from raw_posts p where
     p.event_keys = array[e.event_key] and p.done_keys = p.event_keys) as posts, (select
     count(*)::int from push_outbox o where o.event_key = e.event_key and
     o.payload_json->>'eventKey' = e.event_key) as sent
     from events e join signals s using (event_key)`,
  );
  const counts = { evidence_count: 3, copies: 0, unique_authors: 3 };
  expect(rows).toEqual([
    {
      ...{ event_key: key, token_ca: address, state: "verified", ...counts },
      ...{ pieces: 3, posts: 3, sent: 2 },
    },
  ]);
  await pool.end();
});

it("gives a key with the scope read the scope operations, which was part of it", async () => {
  const { url, pool } = await before("scopes");
  await pool.query(
    `insert into api_keys (id, name, hash, scopes, created_at) values
     ('a', 'a', '', '{read,write}', now()), ('b', 'b', '', '{ingest}', now())`,
  );
  await applyMigrations(url, FOLDER);
  const { rows } = await pool.query("select scopes from api_keys order by id");
  await pool.end();
  expect(rows).toEqual([{ scopes: ["read", "write", "operations"] }, { scopes: ["ingest"] }]);
}, 60_000);
