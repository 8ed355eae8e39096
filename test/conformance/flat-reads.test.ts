import { afterAll, beforeAll, expect, it } from "vitest";
import { fill } from "../../bench/store/fill.ts";
import { ANY_EVENT } from "../../src/store/contract/fixtures.ts";
import type { Store } from "../../src/store/index.ts";
import { postgresStore } from "../../src/store/postgres/index.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

/** Some 60,000 events: a read of all of any table would touch far more pages than a read may. */
const SIZE = { posts: 120_000, days: 30, now: "2026-11-20T10:00:00.000Z" };
const MOST_PAGES = 400;
const OF_ONE_TOKEN = 2_500;

let postgres: TestPostgres;
let store: Store;
let plans: string[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  await fill(postgres.pool, SIZE);
  await postgres.pool.query("analyze");
  store = postgresStore({
    async query<Row>(text: string, params: unknown[]) {
      const explained = await postgres.pool.query<{ "QUERY PLAN": string }>(
        `explain (analyze, buffers, timing off) ${text}`,
        params,
      );
      plans.push(explained.rows.map((row) => row["QUERY PLAN"]).join("\n"));
      return (await postgres.pool.query(text, params)).rows as Row[];
    },
  });
});

afterAll(() => postgres?.stop());

/** The pages that the statement touched, in the memory of the database or on its disk. */
function pagesOf(plan: string): number {
  const [, hit = "0", read = "0"] = /Buffers: shared hit=(\d+)(?: read=(\d+))?/.exec(plan) ?? [];
  return Number(hit) + Number(read);
}

const PAGE = { limit: 50, cursor: null };
const FACTS = ["type", "chain", "symbol", "evidence_count"];
const events = (filter: object) => () => store.events({ ...ANY_EVENT, ...filter }, PAGE);
const signals = (filter: object) => () =>
  store.signals({ ...ANY_EVENT, ...filter }, { ...PAGE, facts: FACTS });
const firstKey = async () =>
  (await store.events(ANY_EVENT, { limit: 1, cursor: null })).items[0]?.eventKey ?? "";

it.each<[string, () => Promise<unknown>, number?]>([
  ["events", events({})],
  ["events of a type that none has", events({ type: "airdrop" })],
  ["events of a type that a third has", events({ type: "listing" })],
  ["events of a chain that none has", events({ chain: "sol" })],
  ["events of a symbol that none has", events({ symbol: "NONE" })],
  ["events of a contract that none has", events({ tokenCa: "0xnone" })],
  ["events of a time that none has", events({ until: "2026-01-01T00:00:00.000Z" })],
  ["events above a score that none has", events({ minScore: 1_000 })],
  ["signals", signals({})],
  ["signals by id", () => store.signals(ANY_EVENT, { ...PAGE, order: "id" })],
  ["signals of a state", signals({ state: "downgraded" })],
  ["signals of a type that none has", signals({ type: "airdrop" })],
  ["signals of a chain that none has", signals({ chain: "sol" })],
  ["signals above a score that none has", signals({ minScore: 1_000 })],
  ["signals of a symbol", signals({ symbol: "T7" }), OF_ONE_TOKEN],
  ["signals of a symbol that none has", signals({ symbol: "NONE" })],
  ["one event", async () => store.event(await firstKey(), 0)],
  ["the evidence of one event", async () => store.evidenceInTime(await firstKey(), PAGE)],
  ["one signal", async () => store.signal(await firstKey())],
])("reads few pages for %s", async (_, read, most = MOST_PAGES) => {
  plans = [];
  await read();
  const plan = plans.at(-1) ?? "";
  expect(pagesOf(plan), plan).toBeLessThanOrEqual(most);
  expect(plan).not.toMatch(/Seq Scan on (?:events|signals|event_evidence)/);
});
