import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serial } from "../../src/concurrency/serial.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import type { Sql } from "../../src/store/postgres/sql.ts";
import { ratesOf, replayOf } from "../sim/jobs.ts";
import { type Job, scene as sceneOf, simulate } from "../sim/run.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const POSTS = 120;

/**
 * The same histories, digests among them, over the statements that run in production: what memory
 * says of SQL must be true of SQL.
 */
describe("the pipeline over real PostgreSQL", () => {
  let postgres: TestPostgres;
  let client: pg.Client;
  beforeAll(async () => {
    postgres = await startPostgres();
    client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
  }, 180_000);
  afterAll(async () => {
    await client.end();
    await postgres.stop();
  });

  it.each([
    "",
    "crash=0.05",
    "commit-reply-lost=0.25,deadlock=0.25",
    "object-doubled=0.25,queue-duplicate=0.25",
    "all=0.05",
  ])("keeps its promises under %s", async (faults) => {
    const posts = { seed: 3, count: POSTS };
    const scene = sceneOf(posts);
    const { tables: reference } = await simulate({ seed: 0, posts, rates: {} }, { scene });
    const job: Job = { seed: 3, posts, rates: ratesOf(faults) };
    await postgres.clear();
    // One connection, one statement at a time and no timers of its own: answers come in the order
    // of the questions, at one moment of virtual time.
    const inTurn = serial();
    const sql: Sql = {
      query: (text, params) => inTurn(async () => (await client.query(text, params)).rows),
    };
    const { outcome } = await simulate(job, { scene, reference, store: postgresStore(sql) });
    expect(outcome.complaints, replayOf(job)).toEqual([]);
  });
});
