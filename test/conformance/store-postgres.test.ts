import { storeContract } from "../../src/store/contract.ts";
import { postgresLeases, postgresStore } from "../../src/store/postgres.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { startPglite, startPostgres, type TestPostgres } from "../support/postgres.ts";

/** `together`: as the objects of channels use it, where leases that meet share a statement. */
function contractOf(name: string, running: Promise<TestPostgres>, together: boolean): void {
  const fresh = async () => {
    const database = await running;
    await database.clear();
    const sql = neonSql({ databaseUrl: database.url, fetchEndpoint: database.fetchEndpoint });
    return { ...postgresStore(sql), ...(together && postgresLeases(sql)) };
  };
  storeContract(name, fresh, async () => (await running).stop());
}

contractOf("the store in PostgreSQL, over Neon's protocol", startPostgres(), true);
contractOf("the store in PGlite, over Neon's protocol", startPglite(), false);
