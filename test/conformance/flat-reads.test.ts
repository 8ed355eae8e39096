import { afterAll, beforeAll, expect, it } from "vitest";
import { fill } from "../../bench/store/fill.ts";
import {
  askFor,
  flowStatements,
  readStatements,
  type Statement,
} from "../../bench/store/statements.ts";
import type { Store } from "../../src/store/index.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
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
};
/** Tables that are read along an index alone, whatever is asked of them. */
const LARGE = "raw_posts|events|signals|event_evidence|push_outbox|deliveries";
const READ_WHOLE = new RegExp(`Seq Scan on (?:${LARGE})\\b`);

let postgres: TestPostgres;
let store: Store;
let plans: string[] = [];
let explained: "explain" | "explain (analyze, buffers, timing off)";

beforeAll(async () => {
  postgres = await startPostgres();
  await fill(postgres.pool, SIZE);
  store = postgresStore({
    async query<Row>(text: string, params: unknown[]) {
      const plan = await postgres.pool.query<{ "QUERY PLAN": string }>(
        `${explained} ${text}`,
        params,
      );
      plans.push(plan.rows.map((row) => row["QUERY PLAN"]).join("\n"));
      return (await postgres.pool.query(text, params)).rows as Row[];
    },
  });
}, 600_000);

afterAll(() => postgres?.stop());

/** The pages that the statement touched, in the memory of the database or on its disk. */
function pagesOf(plan: string): number {
  const [, hit = "0", read = "0"] = /Buffers: shared hit=(\d+)(?: read=(\d+))?/.exec(plan) ?? [];
  return Number(hit) + Number(read);
}

type Statements = typeof readStatements | typeof flowStatements;

/** The names are those that a store without rows answers as well. */
const namesOf = (statements: Statements): string[] =>
  Object.keys(
    statements({} as Store, {
      ...SIZE,
      ago: () => "",
      middle: null,
      outboxOn: null,
      keys: [],
      key: "",
    }),
  );

let asked: Awaited<ReturnType<typeof askFor>> | undefined;
async function run(statements: Statements, name: string): Promise<string> {
  asked ??= await askFor(store, SIZE);
  const work = statements(store, asked)[name] as Statement;
  plans = [];
  await work(0);
  return plans.join("\n");
}

it.each(namesOf(readStatements))("reads few pages: %s", async (name) => {
  explained = "explain (analyze, buffers, timing off)";
  const plan = await run(readStatements, name);
  expect(plan).not.toMatch(READ_WHOLE);
  expect(pagesOf(plan), plan).toBeLessThanOrEqual(LARGER[name] ?? MOST_PAGES);
});

it.each(namesOf(flowStatements))("uses its indexes: %s", async (name) => {
  explained = "explain";
  expect(await run(flowStatements, name)).not.toMatch(READ_WHOLE);
});
