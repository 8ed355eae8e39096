import { storeContract } from "../../src/store/contract/index.ts";
import { postgresCommits, postgresLeases, postgresStore } from "../../src/store/postgres/index.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import type { TestPostgres } from "./postgres.ts";

const noPause = async () => undefined;

/** `together`: as the objects use it, where leases and commits that meet share a statement. */
export function postgresContract(
  name: string,
  running: Promise<TestPostgres>,
  together: boolean,
): void {
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
