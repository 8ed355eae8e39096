import pg from "pg";
import { afterAll, describe } from "vitest";
import { makeAppLogin } from "../../local/migrate.ts";
import { storeContract } from "../../src/store/contract/index.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { debianPostgres, poolSql, startPostgres } from "../support/postgres.ts";

/**
 * The store as the Worker's own login, which reads and writes rows and owns nothing: on the oldest
 * server that is supported, and on the newest.
 */
const DEBIAN = debianPostgres();
const SERVERS = [
  { name: "PostgreSQL 15", binaries: DEBIAN, isThere: DEBIAN !== undefined },
  { name: "PostgreSQL 17", binaries: undefined, isThere: true },
];

async function start(binaries: typeof DEBIAN) {
  const database = await startPostgres(binaries);
  await makeAppLogin(database.url, "app_rw_store", "of-the-worker");
  const login = { username: "app_rw_store", password: "of-the-worker" };
  const connectionString = Object.assign(new URL(database.url), login).href;
  const pool = new pg.Pool({ connectionString, max: 10 });
  // The server ends connections that are being given back.
  pool.on("error", () => undefined).on("connect", (each) => each.on("error", () => undefined));
  const sql = poolSql(pool);
  const stop = async () => {
    await pool.end();
    await database.stop();
  };
  return { database, sql, stop };
}

for (const { name, binaries, isThere } of SERVERS)
  describe.skipIf(!isThere)(name, () => {
    const running = isThere ? start(binaries) : undefined;
    afterAll(async () => (await running)?.stop(), 60_000);
    storeContract("the store as the Worker's login", async () => {
      if (running === undefined) throw new Error("it is skipped");
      const { database, sql } = await running;
      await database.clear();
      return postgresStore(sql);
    });
  });
