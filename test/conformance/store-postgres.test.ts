import { storeContract } from "../../src/store/contract.ts";
import { postgresStore } from "../../src/store/postgres.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { startPostgres } from "../support/postgres.ts";

const running = startPostgres();

storeContract(
  "the store in PostgreSQL, over Neon's protocol",
  async () => {
    const postgres = await running;
    await postgres.clear();
    return postgresStore(neonSql({ databaseUrl: postgres.url, fetchEndpoint: postgres.fetchEndpoint }));
  },
  async () => (await running).stop(),
);
