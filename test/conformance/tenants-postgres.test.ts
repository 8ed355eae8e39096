import { afterAll, beforeAll, expect, it } from "vitest";
import { makeAppLogin } from "../../local/migrate.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { BECOME_TENANT } from "../../src/store/postgres/sql.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { callAtRandom, type TenantServer, tenantServer } from "../support/tenant-calls.ts";

/** The policies themselves, as the Worker's own login meets them. */
let database: TestPostgres;
let server: TenantServer;

beforeAll(async () => {
  database = await startPostgres();
  await makeAppLogin(database.url, "app_rw_one", "of-the-worker");
  const sql = neonSql({ databaseUrl: database.url, fetchEndpoint: database.fetchEndpoint });
  server = await tenantServer(postgresStore(sql));
}, 180_000);

afterAll(() => database?.stop());

const OWN = ["api_keys", "channels", "push_outbox", "dead_letters", "audit_log"];

/** Rows of one statement as the tenant, within a transaction that comes to nothing. */
async function asTenant(tenant: string, text: string): Promise<Record<string, unknown>[]> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    await client.query("set local session authorization app_rw_one");
    await client.query(BECOME_TENANT, [tenant]);
    return (await client.query(text)).rows;
  } finally {
    await client.query("rollback");
    client.release();
  }
}

it.each(OWN)(
  "shows a tenant its own rows of %s, though the statement asks for all",
  async (table) => {
    const { rows } = await database.pool.query(`select distinct tenant from ${table} order by 1`);
    expect(rows.map(({ tenant }) => tenant)).toEqual(["acme", "beta", "default"]);
    for (const tenant of ["acme", "beta"])
      expect(await asTenant(tenant, `select distinct tenant from ${table}`)).toEqual([{ tenant }]);
    for (const tenant of ["default", "none", ""])
      expect(await asTenant(tenant, `select tenant from ${table}`)).toEqual([]);
  },
);

it("shows it the attempts at its own deliveries, and itself among the tenants", async () => {
  const all = await database.pool.query("select outbox_id from deliveries");
  const [own] = await asTenant("acme", "select count(*)::int as count from deliveries");
  expect(own).toEqual({ count: 2 });
  expect(all.rowCount).toBeGreaterThan(6);
  expect(await asTenant("acme", "select name from tenants")).toEqual([{ name: "acme" }]);
});

it.each([
  "update channels set tenant = 'beta'",
  "insert into audit_log (at, key_id, action, subject, request_id, tenant) values " +
    "(now(), 'k', 'a', 's', 'r', 'beta')",
  "insert into api_keys (id, name, hash, scopes, created_at, tenant) values " +
    "('x', 'x', 'x', '{admin}', now(), 'default')",
  "insert into deliveries (outbox_id, lease_token, at, status, ms, ambiguous) select id, 'x', " +
    "now(), 'ok', 0, false from generate_series(1, 9) id",
])("refuses it a row of another: %s", async (text) => {
  await expect(asTenant("acme", text)).rejects.toThrow(/row-level security/);
});

it.each([
  "select 1 from raw_posts",
  "select 1 from signals",
  "select 1 from tallies",
  "insert into tenants values ('mine', now())",
  "delete from channels",
  "delete from push_outbox",
  "delete from audit_log",
  "update audit_log set action = 'x'",
])("gives it no right to %s", async (text) => {
  await expect(asTenant("acme", text)).rejects.toThrow(/permission denied/);
});

it("changes none of another's rows, and counts what it changes", async () => {
  const counts = () =>
    database.pool.query(
      `select outcome, sum(count)::int as count from (
        select what, outcome, count from tallies union all
        select what, outcome, count from tally_changes
      ) t where what = 'delivery' group by 1`,
    );
  const before = (await counts()).rows;
  const touched = await asTenant(
    "acme",
    "update push_outbox set retry_count = retry_count returning tenant",
  );
  expect(touched.map(({ tenant }) => tenant)).toEqual(["acme", "acme", "acme"]);
  const { items } = await server.store
    .ownRows("acme")
    .outbox({ status: "dlq", channelId: null, since: null }, { limit: 1, cursor: null });
  await server.store.ownRows("acme").reopen(items[0]?.id ?? 0, new Date().toISOString());
  const after = new Map((await counts()).rows.map(({ outcome, count }) => [outcome, count]));
  const was = new Map(before.map(({ outcome, count }) => [outcome, count]));
  expect(after.get("dlq")).toBe(was.get("dlq") - 1);
  expect(after.get("pending")).toBe(was.get("pending") + 1);
});

it("is removed with the key and the channel that were being made at that moment", async () => {
  await server.store.addTenant("leaving", "2026-01-15T10:00:00.000Z");
  const maker = await database.pool.connect();
  await maker.query("begin");
  await maker.query(`insert into api_keys (id, name, hash, scopes, created_at, tenant)
    values ('beside', 'k', 'h', '{read}', now(), 'leaving')`);
  await maker.query(`insert into channels (kind, name, settings, filter, created_at, tenant)
    values ('log', 'beside', '{}', '{}', now(), 'leaving')`);
  const removed = server.store.removeTenant("leaving", "2026-01-15T11:00:00.000Z");
  const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock'
    and query like '%update tenants%'`;
  while ((await database.pool.query(waits)).rowCount === 0) await new Promise(setImmediate);
  await maker.query("commit");
  maker.release();
  await removed;
  expect((await server.store.apiKey("beside"))?.revokedAt).toBe("2026-01-15T11:00:00.000Z");
  const names = (await server.store.channels()).map(({ name }) => name);
  expect(names).not.toContain("beside");
});

it("leaves the Worker's own statements their indexes", async () => {
  const client = await database.pool.connect();
  const text =
    "explain select * from push_outbox where channel_id = 1 and payload_json->>'subject' = 'a'";
  const plan = async () =>
    (await client.query(text)).rows.map((row) => row["QUERY PLAN"]).join("\n");
  await client.query("begin");
  await client.query("set local enable_seqscan = off");
  const asOwner = await plan();
  await client.query("set local session authorization app_rw_one");
  expect(await plan()).toBe(asOwner);
  expect(asOwner).toMatch(/Index Cond: .*subject/);
  await client.query("rollback");
  client.release();
});

it("sees no row of another in 1,000 calls at random", async () => {
  const { wrong, statuses } = await callAtRandom(server, 1_000, 18);
  expect(wrong).toEqual([]);
  for (const status of [200, 201, 202, 403, 404])
    expect(statuses.get(status), `calls answered ${status}`).toBeGreaterThan(5);
});
