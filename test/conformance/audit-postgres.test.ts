import { afterAll } from "vitest";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { neonSql } from "../../workers/platform/neon.ts";
import { startPostgres } from "../support/postgres.ts";
import { tamperContract } from "../support/tamper-contract.ts";

const running = startPostgres();
afterAll(async () => (await running).stop());

tamperContract("the store in PostgreSQL", async () => {
  const database = await running;
  await database.clear();
  const { pool, url, fetchEndpoint } = database;
  const run = (text: string) => () => pool.query(text);
  return {
    store: postgresStore(neonSql({ databaseUrl: url, fetchEndpoint })),
    tamper: {
      counts: run("update events set evidence_count = evidence_count - 1, copies = copies + 1"),
      authors: run("update events set unique_authors = unique_authors - 1"),
      "score and state": run("update signals set score = 99, state = 'downgraded'"),
      type: run("update events set type = 'airdrop'"),
      "half of the outbox deleted": run(
        "delete from push_outbox where id = (select min(id) from push_outbox)",
      ),
      "attempts deleted": run("delete from deliveries where lease_token = 'a'"),
      "dropped posts deleted": run("delete from raw_posts where outcome = 'dropped'"),
    },
  };
});
