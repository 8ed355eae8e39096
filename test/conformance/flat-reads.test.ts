import { afterAll, beforeAll, expect, it } from "vitest";
import { fill } from "../../bench/store/fill.ts";
import { ownStatements } from "../../bench/store/own-statements.ts";
import { pagesOf } from "../../bench/store/pages.ts";
import {
  askFor,
  flowStatements,
  readStatements,
  type Statement,
} from "../../bench/store/statements.ts";
import type { Store } from "../../src/store/index.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { BECOME_TENANT } from "../../src/store/postgres/sql.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

/** A million posts and 200,000 events: to read all of a table is thousands of pages. */
const SIZE = { posts: 1_000_000, days: 30, now: "2026-11-20T10:00:00.000Z", symbols: 278 };
const MOST_PAGES = 600;
/** Those whose answer is that large: 50 events of one token among 720, or a page of audited ones. */
const LARGER: Record<string, number> = {
  "signals of a symbol": 5_000,
  "audit: 100 events of the last hour": 8_000,
  "audit: 100 events of a month": 8_000,
  "audit of the last minutes": 40_000,
  latency: 40_000,
  // One in ten is.
  "events of a state": 3_000,
  "snapshots of a day": 12_000,
  "outbox by key": 2_000,
  // Each of fifty looks at the events of its token in the day after, to find those of its window.
  "event lines, page in the middle": 2_000,
  "event lines of a symbol": 2_000,
  "event lines of a state that is rare, of two days": 5_000,
  "signal lines, page in the middle": 2_000,
  "signal lines of a symbol": 6_000,
  "signal lines of a type": 1_200,
  "signal lines of two days": 2_000,
  "signal lines of all filters": 4_000,
};
/** Tables that are read along an index alone, whatever is asked of them. */
const LARGE = "raw_posts|events|signals|event_evidence|push_outbox|deliveries";
const READ_WHOLE = new RegExp(`Seq Scan on (?:${LARGE})\\b`);

/** A tenth of the posts and of their tokens, so that an event and an hour hold as much. */
const SMALL = { ...SIZE, posts: SIZE.posts / 10, symbols: Math.ceil(SIZE.symbols / 10) };
/** Every post, commit, delivery and page runs one of these. */
const HOT = [
  "accept 100 posts",
  "judge 100 posts",
  "load an event",
  "commit an event",
  "posts overdue",
  "ten deliveries due of each channel",
  "when the next is due",
  "claim a delivery",
  "claim and close a delivery",
  "last message of an event",
  "event lines",
  "event lines, page in the middle",
  "signal lines",
  "signal lines, page in the middle",
  "signal lines by id",
  "signal lines of a state",
  "signal lines of a high score",
  "signal lines of two days",
  "signal lines above a score that none has",
  "related events",
  "one event",
  "one signal",
  "events by key",
  "evidence by key",
  "outbox by key",
];
/** A level more of each index, and room for another plan. */
const FEW_PAGES = 20;

type Client = TestPostgres["pool"];
type Explained = "explain" | "explain (analyze, buffers, timing off)";
type Filled = { postgres: TestPostgres; store: Store; plans: string[]; explained: Explained };

let large: Filled;
let small: Filled;

beforeAll(async () => {
  large = await filled(SIZE);
  small = await filled(SMALL);
}, 600_000);

afterAll(async () => {
  await large?.postgres.stop();
  await small?.postgres.stop();
});

async function filled(size: typeof SIZE): Promise<Filled> {
  const postgres = await startPostgres();
  await fill(postgres.pool, size);
  /** The plan is noted, and the statement answered. */
  const noting = (client: Pick<Client, "query">) => ({
    async query<Row>(text: string, params: unknown[]) {
      const plan = await client.query<{ "QUERY PLAN": string }>(
        `${database.explained} ${text}`,
        params,
      );
      database.plans.push(plan.rows.map((row) => row["QUERY PLAN"]).join("\n"));
      return (await client.query(text, params)).rows as Row[];
    },
  });
  const store = postgresStore({
    ...noting(postgres.pool),
    asTenant: (tenant) => ({
      async query<Row>(text: string, params: unknown[]) {
        const client = await postgres.pool.connect();
        try {
          await client.query("begin");
          await client.query(BECOME_TENANT, [tenant]);
          return await noting(client).query<Row>(text, params);
        } finally {
          await client.query("rollback");
          client.release();
        }
      },
    }),
  });
  const database: Filled = { postgres, store, plans: [], explained: "explain" };
  return database;
}

type Statements = typeof readStatements | typeof flowStatements;

/** The names are those that a store without rows answers as well. */
const namesOf = (statements: Statements): string[] =>
  Object.keys(
    statements({} as Store, {
      ...SIZE,
      ago: () => "",
      middle: null,
      signalsOn: null,
      outboxOn: null,
      keys: [],
      key: "",
    }),
  );

const asked = new Map<Filled, Awaited<ReturnType<typeof askFor>>>();

async function planOf(
  database: Filled,
  size: typeof SIZE,
  name: string,
  explained: Explained,
): Promise<string> {
  const { store } = database;
  const known = asked.get(database) ?? (await askFor(store, size));
  asked.set(database, known);
  const statements = { ...readStatements(store, known), ...flowStatements(store, known) };
  Object.assign(database, { plans: [], explained });
  await (statements[name] as Statement)(0);
  return database.plans.join("\n");
}

const WITH_PAGES = "explain (analyze, buffers, timing off)";

/** Of ownRows, under the policies of a tenant where it has one. */
const ownOf = (store: Store, keys: readonly string[]) =>
  ownStatements(store, { keys, later: "2026-11-20T11:00:00.000Z" });

it.each(Object.keys(ownOf({} as Store, [])))("reads few pages of its own: %s", async (name) => {
  const { store } = large;
  const known = asked.get(large) ?? (await askFor(store, SIZE));
  asked.set(large, known);
  Object.assign(large, { plans: [], explained: WITH_PAGES });
  await (ownOf(store, known.keys)[name] as Statement)(0);
  const plan = large.plans.join("\n");
  expect(plan).not.toMatch(READ_WHOLE);
  expect(pagesOf(plan), plan).toBeLessThanOrEqual(LARGER[name.split(": ")[1] ?? ""] ?? MOST_PAGES);
});

it.each(namesOf(readStatements))("reads few pages: %s", async (name) => {
  const plan = await planOf(large, SIZE, name, WITH_PAGES);
  expect(plan).not.toMatch(READ_WHOLE);
  expect(pagesOf(plan), plan).toBeLessThanOrEqual(LARGER[name] ?? MOST_PAGES);
});

it.each(namesOf(flowStatements))("uses its indexes: %s", async (name) => {
  expect(await planOf(large, SIZE, name, "explain")).not.toMatch(READ_WHOLE);
});

it.each(HOT)("touches no more pages in ten times as large a database: %s", async (name) => {
  const few = pagesOf(await planOf(small, SMALL, name, WITH_PAGES));
  const plan = await planOf(large, SIZE, name, WITH_PAGES);
  expect(pagesOf(plan), plan).toBeLessThanOrEqual(2 * few + FEW_PAGES);
});
