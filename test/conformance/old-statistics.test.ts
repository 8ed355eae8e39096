import { afterAll, beforeAll, expect, it } from "vitest";
import { subjectOf } from "../../bench/delivery/engine.ts";
import { ours } from "../../bench/delivery/ours.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const ROWS = 2_000;
const NOW = "2030-01-01T00:00:00.000Z";
/** A claim of one row touches some fifty pages, a walk along all that was sent two thousand. */
const MOST_PAGES = 200;

let postgres: TestPostgres;

/**
 * A queue as it is after a burst: the statistics are of the minute before, when nothing had been
 * sent, and nearly all rows are done. By them the planner takes "done" for the rarest of
 * conditions.
 */
beforeAll(async () => {
  postgres = await startPostgres();
  const { url: databaseUrl } = postgres;
  const sink = "http://127.0.0.1:9";
  await ours.fill({ databaseUrl, redisUrl: "", sink, jobs: ROWS, concurrency: 8 });
  await postgres.pool.query("alter table push_outbox set (autovacuum_enabled = off)");
  await postgres.pool.query("alter table deliveries set (autovacuum_enabled = off)");
  await postgres.pool.query("analyze");
  await postgres.pool.query(
    `update push_outbox set status = 'done', finished_at = now(), lease_token = 'sent-' || id
    where id <= ${ROWS - 100}`,
  );
  await postgres.pool.query(
    `insert into deliveries (outbox_id, lease_token, at, status, ms, ambiguous)
    select id, lease_token, now(), 'ok', 1, false from push_outbox where status = 'done'`,
  );
}, 120_000);

afterAll(() => postgres?.stop());

/** The store, and how many pages of memory and disk each of its statements touched. */
function watched() {
  const pages: number[] = [];
  const store = postgresStore({
    async query<Row>(text: string, params: unknown[]) {
      const plan = await postgres.pool.query<{ "QUERY PLAN": string }>(
        `explain (analyze, buffers, timing off) ${text}`,
        params,
      );
      const shown = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
      const [, hit = "0", read = "0"] =
        /Buffers: shared hit=(\d+)(?: read=(\d+))?/.exec(shown) ?? [];
      pages.push(Number(hit) + Number(read));
      return (await postgres.pool.query(text, params)).rows as Row[];
    },
  });
  return { store, pages };
}

it("claims a delivery without reading what was sent before", async () => {
  const { store, pages } = watched();
  expect(await store.claim(ROWS - 50, "token", NOW, 60_000, { sends: true })).toMatchObject({
    kind: "claimed",
  });
  expect(pages).toHaveLength(1);
  expect(pages[0]).toBeLessThanOrEqual(MOST_PAGES);
});

it("closes a delivery without reading the attempts of others", async () => {
  const { store, pages } = watched();
  const id = ROWS - 49;
  await store.claim(id, "token", NOW, 60_000, { sends: true });
  pages.length = 0;
  const attempt = { result: "ok" as const, httpStatus: 200, ms: 1, error: null, ambiguous: false };
  const closed = await store.close(
    id,
    "token",
    { kind: "done", externalId: null },
    { deliveryId: id, leaseToken: "token", at: NOW, ...attempt },
    NOW,
  );
  // The first of the two statements that "watched" runs has closed it.
  expect([closed, pages.length]).toEqual([true, 1]);
  expect(pages[0]).toBeLessThanOrEqual(MOST_PAGES);
});

it("finds the deliveries of an event without reading all, where there are no statistics", async () => {
  const { store, pages } = watched();
  await postgres.pool.query(
    `insert into push_outbox (channel_id, event_key, payload_json, status, next_retry_at,
      created_at, idem_key, finished_at)
    select channel_id, event_key || '-' || n, '{}', 'done', now(), now(), idem_key || n, now()
    from push_outbox, generate_series(1, 12) n`,
  );
  await postgres.pool.query("vacuum analyze push_outbox");
  await postgres.pool.query(
    `delete from pg_statistic
    where starelid in ('push_outbox'::regclass, 'deliveries'::regclass)`,
  );
  expect(await store.outboxByKey([subjectOf(7)], 5)).toMatchObject([{ eventKey: subjectOf(7) }]);
  expect(await store.lastMessage(1, subjectOf(8))).toBeNull();
  expect(Math.max(...pages)).toBeLessThanOrEqual(MOST_PAGES);
});
