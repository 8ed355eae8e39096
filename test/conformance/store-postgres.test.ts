import { expect, it } from "vitest";
import { LATEST_MIGRATION } from "../../migrations/latest.ts";
import { ChannelFilter } from "../../src/model/channel-config.ts";
import { StoreUnavailable } from "../../src/store/index.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { startPostgres } from "../support/postgres.ts";
import { postgresContract } from "../support/postgres-contract.ts";

postgresContract("the store in PostgreSQL, over Neon's protocol", startPostgres(), true);

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
