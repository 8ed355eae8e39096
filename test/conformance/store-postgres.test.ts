import { storeContract } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/postgres.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { startPglite, startPostgres, type TestPostgres } from "../support/postgres.ts";

function contractOf(name: string, running: Promise<TestPostgres>): void {
  const fresh = async () => {
    const database = await running;
    await database.clear();
    return postgresStore(neonSql({ databaseUrl: database.url, fetchEndpoint: database.fetchEndpoint }));
  };
  storeContract(name, fresh, async () => (await running).stop());
}

contractOf("the store in PostgreSQL, over Neon's protocol", startPostgres());
contractOf("the store in PGlite, over Neon's protocol", startPglite());
