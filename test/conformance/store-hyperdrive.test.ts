import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { unstable_startWorker as startWorker } from "wrangler";
import * as z from "zod";
import { limitConcurrency } from "../../src/concurrency/semaphore.ts";
import { storeContract } from "../../src/store/contract/index.ts";
import { StoreUnavailable } from "../../src/store/index.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import type { Sql, SqlClient } from "../../src/store/postgres/sql.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const Answer = z.union([
  z.object({ rows: z.array(z.unknown()) }),
  z.object({
    failed: z.string(),
    isUnavailable: z.boolean(),
    code: z.string().optional(),
    detail: z.string().optional(),
  }),
]);

type Through = { database: TestPostgres; sql: SqlClient; stop(): Promise<void> };

const CONNECTIONS = 10;

/** A PostgreSQL behind wrangler's own Hyperdrive, reached by a Worker in workerd. */
async function startThrough(): Promise<Through> {
  const database = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), "hyperdrive-"));
  const config = join(folder, "wrangler.json");
  const hyperdrive = [{ binding: "HYPERDRIVE", id: "local", localConnectionString: database.url }];
  writeFileSync(
    config,
    JSON.stringify({
      name: "statements",
      main: join(import.meta.dirname, "hyperdrive/worker.ts"),
      compatibility_date: "2026-10-01",
      compatibility_flags: ["nodejs_compat"],
      hyperdrive,
    }),
  );
  const worker = await startWorker({
    config,
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: false,
      logLevel: "error",
      watch: false,
    },
  });
  await worker.ready;
  const url = await worker.url;
  // Hyperdrive keeps the connections to the database few; its stand-in opens one for each.
  const few = limitConcurrency(CONNECTIONS);
  const through = (tenant?: string): Sql => ({
    async query<Row>(text: string, params: (string | number | boolean | null)[]) {
      const body = JSON.stringify({ text, params, tenant });
      const reply = await few(() => fetch(url, { method: "POST", body }));
      const answer = Answer.parse(await reply.json());
      if ("rows" in answer) return answer.rows as Row[];
      if (answer.isUnavailable) throw new StoreUnavailable(answer.failed);
      const { code, detail } = answer;
      throw Object.assign(new Error(answer.failed), { code, detail });
    },
  });
  return {
    database,
    sql: { ...through(), asTenant: through },
    async stop() {
      await worker.dispose();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const running = startThrough();
afterAll(async () => (await running).stop(), 60_000);

storeContract("the store in PostgreSQL, through Hyperdrive", async () => {
  const { database, sql } = await running;
  await database.clear();
  return postgresStore(sql);
});

it("tells a passing fault from a mistake", { timeout: 60_000 }, async () => {
  const { database, sql } = await running;
  await expect(sql.query("select 1 / $1::int", [0])).rejects.not.toThrow(StoreUnavailable);
  const ended = sql.query("select pg_sleep(30)", []);
  const asleep = "from pg_stat_activity where query = 'select pg_sleep(30)'";
  await expect.poll(async () => (await database.pool.query(`select 1 ${asleep}`)).rowCount).toBe(1);
  const refused = expect(ended).rejects.toThrow(StoreUnavailable);
  await database.pool.query(`select pg_terminate_backend(pid) ${asleep}`);
  await refused;
});
