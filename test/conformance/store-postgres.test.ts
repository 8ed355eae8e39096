import { expect, it } from "vitest";
import { LATEST_MIGRATION } from "../../migrations/latest.ts";
import { ChannelFilter } from "../../src/model/channel-config.ts";
import { storeContract } from "../../src/store/contract/index.ts";
import { StoreUnavailable } from "../../src/store/index.ts";
import { postgresCommits, postgresLeases, postgresStore } from "../../src/store/postgres/index.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { startPglite, startPostgres, type TestPostgres } from "../support/postgres.ts";

const noPause = async () => undefined;

/** `together`: as the objects use it, where leases and commits that meet share a statement. */
function contractOf(name: string, running: Promise<TestPostgres>, together: boolean): void {
  const fresh = async () => {
    const database = await running;
    await database.clear();
    const sql = neonSql({ databaseUrl: database.url, fetchEndpoint: database.fetchEndpoint });
    return {
      ...postgresStore(sql),
      ...(together && { ...postgresLeases(sql, noPause), ...postgresCommits(sql, noPause) }),
    };
  };
  storeContract(name, fresh, async () => (await running).stop());
}

contractOf("the store in PostgreSQL, over Neon's protocol", startPostgres(), true);
contractOf("the store in PGlite, over Neon's protocol", startPglite(), false);

it("is not ready while a migration is missing", { timeout: 60_000 }, async () => {
  const database = await startPostgres();
  const store = postgresStore(
    neonSql({ databaseUrl: database.url, fetchEndpoint: database.fetchEndpoint }),
  );
  await store.migrated();
  await database.pool.query(
    `delete from drizzle.__drizzle_migrations where created_at = ${LATEST_MIGRATION}`,
  );
  await expect(store.migrated()).rejects.toThrow(StoreUnavailable);
  await database.pool.query("delete from drizzle.__drizzle_migrations");
  await expect(store.migrated()).rejects.toThrow(StoreUnavailable);
  await database.pool.query("drop schema drizzle cascade");
  await expect(store.migrated()).rejects.toThrow(StoreUnavailable);
  await database.stop();
});

it("keeps no secret of a removed channel in the table", { timeout: 60_000 }, async () => {
  const database = await startPostgres();
  const sql = neonSql({ databaseUrl: database.url, fetchEndpoint: database.fetchEndpoint });
  const store = postgresStore(sql);
  const draft = { kind: "slack", name: "team", atMostOnce: false, filter: ChannelFilter.parse({}) };
  const settings = { url: "https://hooks.slack.com/services/T/B/of-a-removed-channel" };
  await store.addChannel({ ...draft, settings }, "2026-01-15T12:00:00Z");
  const dump = async () =>
    JSON.stringify((await database.pool.query("select * from channels")).rows);
  expect(await dump()).toContain("of-a-removed-channel");
  await store.removeChannel(1, "2026-01-15T12:00:01Z");
  expect(await dump()).toContain("team");
  expect(await dump()).not.toContain("of-a-removed-channel");
  await database.stop();
});
