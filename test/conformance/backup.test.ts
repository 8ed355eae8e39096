import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fill } from "../../bench/store/fill.ts";
import { dumpDatabase } from "../../cli/backup/dump.ts";
import { BackupRefused, writeBackup } from "../../cli/backup/format.ts";
import { isPgDump, pgDump, pgRestore } from "../../cli/backup/pg-dump.ts";
import { restoreDatabase } from "../../cli/backup/restore.ts";
import { applyMigrations } from "../../local/migrate.ts";
import { arrival, at, pending } from "../../src/store/contract/fixtures.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { debianPostgres, startPostgres, type TestPostgres } from "../support/postgres.ts";

const NOW = new Date("2026-01-15T12:00:00Z");
const ASKED = { replace: false, resend: false, now: NOW };
const SIZE = { posts: 2_000, days: 2, now: NOW.toISOString() };
const MIGRATIONS = join(import.meta.dirname, "../../migrations");

let database: TestPostgres;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "backup-test-"));
  database = await startPostgres();
  await fill(database.pool, SIZE);
  await database.pool.query(`update channels set settings = $1, name = $2 where id = 1`, [
    { url: 'https://example.org/"quoted"\\', odd: "new\nline\t\u2028" },
    "Ünïcode 🚀",
  ]);
}, 180_000);
afterAll(async () => {
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;
async function newDatabase(server = database): Promise<string> {
  const name = `restored_${++made}`;
  await server.pool.query(`create database ${name}`);
  return Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
}

const newFile = () => join(folder, `backup-${++made}.jsonl.gz`);

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The numbers that are kept of rows are in two tables, and added up now and then. */
const TALLIES = `(select what, outcome, reason, sum(count) from (
  select what, outcome, reason, count from tallies union all
  select what, outcome, reason, count from tally_changes) part
  where what <> 'minute' group by 1, 2, 3 having sum(count) <> 0)`;

/** Each table with the number of its rows and a hash of all that they hold. */
async function contents(url: string): Promise<Record<string, string>> {
  const tables = await query<{ name: string }>(
    url,
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  const found: Record<string, string> = {};
  for (const { name } of tables.filter((table) => table.name !== "tally_changes")) {
    const [row] = await query<{ said: string }>(
      url,
      `select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), ''))
        as said from ${name === "tallies" ? TALLIES : name} t`,
    );
    found[name] = row?.said ?? "";
  }
  return found;
}

const refused = (file: string, url: string) =>
  restoreDatabase(url, file, ASKED).then(
    () => "restored",
    (error: Error) => {
      expect(error).toBeInstanceOf(BackupRefused);
      return error.message;
    },
  );

describe("a backup", { timeout: 120_000 }, () => {
  it("comes back as it was, in every row and column", async () => {
    const file = newFile();
    const { end } = await dumpDatabase(database.url, file, NOW);
    expect(end.rows.raw_posts).toBe(SIZE.posts);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const url = await newDatabase();
    await restoreDatabase(url, file, { ...ASKED, resend: true });
    expect(await contents(url)).toEqual(await contents(database.url));
  });

  it("is of one moment, however much is written meanwhile", async () => {
    const store = postgresStore(
      neonSql({ databaseUrl: database.url, fetchEndpoint: database.fetchEndpoint }),
    );
    let writing = true;
    let written = 0;
    const load = (async () => {
      for (let n = 1; writing; n++) {
        await store.accept([arrival(`load-${n}`)], at(n));
        await store.recordJudgements([pending(`load-${n}`, `eth:LOAD${n % 7}:w`)], at(n));
        written = n;
      }
    })();
    await expect.poll(() => written, { timeout: 30_000 }).toBeGreaterThan(20);
    const file = newFile();
    await dumpDatabase(database.url, file, NOW);
    const seen = written;
    await expect.poll(() => written, { timeout: 30_000 }).toBeGreaterThan(seen + 20);
    writing = false;
    await load;
    const url = await newDatabase();
    await restoreDatabase(url, file, ASKED);
    const [sums] = await query<{ counted: number; stored: number }>(
      url,
      `select (select sum(accepted) from accepted_posts where source = 'x')::int as counted,
        (select count(*) from raw_posts where source_id like 'load-%')::int as stored`,
    );
    expect(sums?.stored).toBe(sums?.counted);
    expect(sums?.stored).toBeLessThan(written);
    await database.pool.query("delete from raw_posts where source_id like 'load-%'");
  });

  it("parks what may have been sent since, and gives out no id again", async () => {
    const file = newFile();
    await dumpDatabase(database.url, file, NOW);
    const url = await newDatabase();
    const open = "select id::int from push_outbox where status in ('pending', 'failed') order by 1";
    const before = await query<{ id: number }>(database.url, open);
    expect(before.length).toBeGreaterThan(0);
    const { parked } = await restoreDatabase(url, file, ASKED);
    expect(parked).toBe(before.length);
    expect(await query(url, open)).toEqual([]);
    const letters =
      "select subject::int as id from dead_letters where reason = 'restored' order by 1";
    expect(await query(url, letters)).toEqual(before);
    const highest = "select max(id)::int as id from push_outbox";
    const [last] = await query<{ id: number }>(database.url, highest);
    const [next] = await query<{ id: number }>(
      url,
      "select nextval(pg_get_serial_sequence('push_outbox', 'id'))::int as id",
    );
    expect(next?.id).toBeGreaterThan((last?.id ?? 0) + 999_999);
  });

  it("that an older version made is brought to this one", async () => {
    const old = await newDatabase();
    const { entries } = JSON.parse(
      readFileSync(join(MIGRATIONS, "meta/_journal.json"), "utf8"),
    ) as { entries: { when: number }[] };
    await applyMigrations(old, MIGRATIONS, entries[12]?.when);
    await query(
      old,
      "insert into source_cursors (source, cursor, polled_at) values ('hn', '41', now())",
    );
    const file = newFile();
    await dumpDatabase(old, file, NOW);
    const url = await newDatabase();
    const { head } = await restoreDatabase(url, file, ASKED);
    expect(head.migration).toBe(entries[12]?.when);
    expect(Object.keys(await contents(url))).toEqual(Object.keys(await contents(database.url)));
    expect(await query(url, "select cursor from source_cursors")).toEqual([{ cursor: "41" }]);
  });

  it("that is cut off, changed, none, or of a later version changes nothing", async () => {
    const file = newFile();
    await dumpDatabase(database.url, file, NOW);
    const whole = readFileSync(file);
    const text = gunzipSync(whole).toString();
    const put = (bytes: Buffer) => {
      writeFileSync(file, bytes);
      return file;
    };
    const url = await newDatabase();
    expect(await refused(put(whole.subarray(0, whole.length / 2)), url)).toMatch(/cut off/);
    const withoutEnd = gzipSync(text.slice(0, text.lastIndexOf("#end")));
    expect(await refused(put(withoutEnd), url)).toMatch(/it has no end/);
    expect(await refused(put(gzipSync(text.replace("author-1", "author-2"))), url)).toMatch(
      /was changed/,
    );
    expect(await refused(put(Buffer.from("hello")), url)).toMatch(/is no backup/);
    expect(
      await refused(put(gzipSync(text.replace(/"migration":\d+/, '"migration":9e15'))), url),
    ).toMatch(/was changed|later version/);
    expect(await refused(put(gzipSync(text.replace('"version":1', '"version":2'))), url)).toMatch(
      /has format 2 of a later version .* update first/,
    );
    expect(await contents(url)).toEqual({});
  });

  it("replaces rows only when asked to", async () => {
    const file = newFile();
    await dumpDatabase(database.url, file, NOW);
    const url = await newDatabase();
    await restoreDatabase(url, file, ASKED);
    const before = await contents(url);
    expect(await refused(file, url)).toMatch(/the database holds rows .*--replace/);
    expect(await contents(url)).toEqual(before);
    await restoreDatabase(url, file, { ...ASKED, replace: true });
    expect(await contents(url)).toEqual(before);
  });

  it("that fails half-way leaves what was there", async () => {
    const [file, broken] = [newFile(), newFile()];
    const { head } = await dumpDatabase(database.url, file, NOW);
    const url = await newDatabase();
    await restoreDatabase(url, file, ASKED);
    const before = await contents(url);
    await writeBackup(broken, head, async function* ({ name }) {
      if (name === "raw_posts") yield '{"id":1}';
    });
    await expect(restoreDatabase(url, broken, { ...ASKED, replace: true })).rejects.toThrow(
      /null value in column/,
    );
    expect(await contents(url)).toEqual(before);
  });

  it("is refused while something uses the database", async () => {
    const file = newFile();
    await dumpDatabase(database.url, file, NOW);
    const url = await newDatabase();
    await restoreDatabase(url, file, ASKED);
    const user = new pg.Client({ connectionString: url });
    await user.connect();
    await user.query("begin");
    await user.query("select from signals limit 1");
    try {
      await expect(restoreDatabase(url, file, { ...ASKED, replace: true })).rejects.toThrow(
        "something uses the database",
      );
    } finally {
      await user.end();
    }
  });

  it("tells a null of JSON from no value", async () => {
    const letter = `insert into dead_letters
      (key, stage, reason, error, payload, attempts, advice, created_at)
      values ('json-null', 'posts', 'poison', '', 'null', 0, '', now()),
        ('no-value', 'posts', 'poison', '', null, 0, '', now())`;
    await database.pool.query(letter);
    const file = newFile();
    await dumpDatabase(database.url, file, NOW);
    const url = await newDatabase();
    await restoreDatabase(url, file, ASKED);
    const kinds = `select jsonb_typeof(payload) as kind from dead_letters
      where reason = 'poison' and key in ('json-null', 'no-value') order by key`;
    expect(await query(url, kinds)).toEqual([{ kind: "null" }, { kind: null }]);
    await database.pool.query("delete from dead_letters where key in ('json-null', 'no-value')");
  });

  it("never takes the place of tables that are not ours", async () => {
    const file = newFile();
    await dumpDatabase(database.url, file, NOW);
    const url = await newDatabase();
    await query(url, "create table invoices (id int)");
    await expect(restoreDatabase(url, file, { ...ASKED, replace: true })).rejects.toThrow(
      "tables of something else (invoices)",
    );
    expect(Object.keys(await contents(url))).toEqual(["invoices"]);
  });
});

const DEBIAN = debianPostgres();

describe.skipIf(DEBIAN === undefined)("pg_dump's custom format", { timeout: 120_000 }, () => {
  it("is written by a pg_dump of the server's version, and comes back the same way", async () => {
    const server = await startPostgres(DEBIAN);
    try {
      await fill(server.pool, { ...SIZE, posts: 400 });
      const file = join(folder, "stream.dump");
      await pgDump(server.url, file);
      expect([isPgDump(file), isPgDump(join(MIGRATIONS, "latest.ts"))]).toEqual([true, false]);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const url = await newDatabase(server);
      const open = "select from push_outbox where status in ('pending', 'failed')";
      const { parked } = await pgRestore(url, file, ASKED);
      expect(parked).toBe((await query(server.url, open)).length);
      const [from, to] = [await contents(server.url), await contents(url)];
      for (const table of ["raw_posts", "events", "event_evidence", "signals", "deliveries"])
        expect([table, to[table]]).toEqual([table, from[table]]);
      const whole = readFileSync(file);
      const cut = join(folder, "cut.dump");
      writeFileSync(cut, whole.subarray(0, whole.length - 2_000));
      const later = join(folder, "later.dump");
      writeFileSync(later, Buffer.from(whole).fill(99, 6, 7));
      const before = await contents(url);
      const databases = "select count(*)::int as n from pg_database";
      const [known] = await query(url, databases);
      const again = (from: string) => pgRestore(url, from, { ...ASKED, replace: true });
      await expect(again(cut)).rejects.toThrow(BackupRefused);
      await expect(again(later)).rejects.toThrow(/format 1\.99.*, of a later pg_dump .*: install/);
      expect(await contents(url)).toEqual(before);
      expect(await query(url, databases)).toEqual([known]);
    } finally {
      await server.stop();
    }
  });

  it("is refused with words where pg_dump is older than the server", async () => {
    const file = join(folder, "newer.dump");
    const installed = Number(
      /\) (\d+)/.exec(execFileSync("pg_dump", ["--version"]).toString())?.[1],
    );
    if (installed >= 17) return;
    await expect(pgDump(database.url, file)).rejects.toThrow(/cannot read PostgreSQL 17/);
    expect(existsSync(file)).toBe(false);
  });
});
