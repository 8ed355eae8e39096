import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type ClickHouse,
  hasChdb,
  installChdb,
  openClickHouse,
} from "../../local/services/analytics/chdb.ts";
import { insertPoints } from "../../local/services/analytics/points.ts";
import { serveAnalytics } from "../../local/services/analytics/server.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import type { Panel, PanelRange } from "../../src/analytics/panels/panel.ts";
import { PANELS } from "../../src/analytics/panels/registry.ts";
import { type AnalyticsRow, analyticsQuery } from "../../src/analytics/query.ts";
import { pointCollector } from "../../src/observability/points/collector.ts";
import { boundedPoint } from "../../workers/platform/analytics.ts";
import { type Fact, makeFacts, STAGES } from "./facts.ts";

/*
 * Every query of the dashboard on ClickHouse itself, over points that the Worker's own code made,
 * against figures that this file counts from the same facts.
 */

const INSTALLED = join(import.meta.dirname, "../../node_modules/.cache/chdb");
const TOKEN = "token-of-the-test";
const START = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;
const RANGE: PanelRange = { from: START, to: START + 3_600_000, stepSeconds: 600 };
/** As after sampling: each point stands for three. */
const INTERVAL = 3;
const FACTS = 900;

const { known, reports } = makeFacts(FACTS);
let clickhouse: ClickHouse;
let stop = () => {};
let ask: (panel: Panel, range?: PanelRange) => Promise<AnalyticsRow[]>;
const dir = mkdtempSync(join(tmpdir(), "analytics-"));

beforeAll(async () => {
  if (!hasChdb(INSTALLED)) await installChdb(INSTALLED);
  clickhouse = openClickHouse(INSTALLED, dir);
  const [port = 0] = await freePorts(1);
  stop = await serveAnalytics(clickhouse, { port, token: TOKEN });
  const points = reports.flatMap(({ minute, report }) => {
    const collector = pointCollector();
    report(collector);
    return collector.drain(250).map((point) => {
      const at = START / 1000 + minute * 60;
      return { ...boundedPoint(point), at, interval: INTERVAL };
    });
  });
  insertPoints(clickhouse, points, Date.now());
  const baseUrl = `http://127.0.0.1:${port}/client/v4`;
  const access = { baseUrl, accountId: "local", token: TOKEN };
  const query = analyticsQuery(access, { fetch, now: Date.now });
  ask = async ({ name, sql, derive }, range = RANGE) => {
    const answer = await query(sql?.(range) ?? "");
    if (answer.kind !== "rows") throw new Error(`${name}: ${answer.why}`);
    return derive?.(answer.rows) ?? answer.rows;
  };
}, 600_000);

afterAll(() => {
  stop();
  rmSync(dir, { recursive: true, force: true });
});

const step = ({ minute }: Fact): number => START / 1000 + Math.floor(minute / 10) * 600;

/** Counts facts by a key, each standing for INTERVAL of them. */
function tally(some: Fact[], key: (fact: Fact) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const fact of some) counts[key(fact)] = (counts[key(fact)] ?? 0) + INTERVAL;
  return counts;
}

const keyed = (rows: AnalyticsRow[], keys: string[], value: string): Record<string, number> =>
  Object.fromEntries(
    rows.map((row) => [keys.map((key) => row[key]).join(" "), Number(row[value])]),
  );

/** A percentile is one of the values, and about so many are not above it. */
function expectQuantile(some: Fact[], share: number, answered: unknown): void {
  const values = some.map(({ ms }) => Number(ms));
  expect(values).toContain(answered);
  const below = values.filter((value) => value < Number(answered)).length;
  const notAbove = values.filter((value) => value <= Number(answered)).length;
  expect(below).toBeLessThanOrEqual(share * values.length + 1);
  expect(notAbove).toBeGreaterThanOrEqual(share * values.length - 1);
}

const dropped = known.posts.filter(({ outcome }) => outcome === "dropped");
const throttled = known.calls.filter(({ verdict }) => verdict === "throttled");
const byProvider = ({ provider }: Fact): string => String(provider);

/** What each query must answer, counted from the facts. */
const EXPECTED: Record<string, (rows: AnalyticsRow[]) => void> = {
  "posts-by-source": (rows) =>
    expect(keyed(rows, ["t", "source"], "posts")).toEqual(
      tally(
        known.posts.filter(({ outcome }) => outcome === "accepted"),
        (fact) => `${step(fact)} ${fact.source}`,
      ),
    ),
  "posts-by-outcome": (rows) =>
    expect(keyed(rows, ["t", "outcome"], "posts")).toEqual(
      tally(
        known.posts.filter(({ outcome }) => outcome !== "accepted"),
        (fact) => `${step(fact)} ${fact.outcome}`,
      ),
    ),
  drops: (rows) =>
    expect(keyed(rows, ["reason"], "posts")).toEqual(
      tally(dropped, ({ reason }) => String(reason)),
    ),
  stages(rows) {
    expect(rows.map(({ stage }) => stage).toSorted()).toEqual(STAGES.toSorted());
    for (const { stage, p50, p95, p99, things } of rows) {
      const some = known.stages.filter((fact) => fact.stage === stage);
      expect(things).toBe(some.length * INTERVAL);
      expectQuantile(some, 0.5, p50);
      expectQuantile(some, 0.95, p95);
      expectQuantile(some, 0.99, p99);
    }
  },
  "stages-over-time"(rows) {
    const groups = Map.groupBy(known.stages, (fact) => `${step(fact)} ${fact.stage}`);
    expect(rows.map(({ t, stage }) => `${t} ${stage}`).toSorted()).toEqual(
      [...groups.keys()].toSorted(),
    );
    for (const { t, stage, p95 } of rows)
      expectQuantile(groups.get(`${t} ${stage}`) ?? [], 0.95, p95);
  },
  "end-to-end"(rows) {
    const groups = Map.groupBy(known.whole, step);
    expect(rows.map(({ t }) => t)).toEqual([...groups.keys()].toSorted());
    for (const { t, p50, p95 } of rows) {
      expectQuantile(groups.get(Number(t)) ?? [], 0.5, p50);
      expectQuantile(groups.get(Number(t)) ?? [], 0.95, p95);
    }
  },
  providers(rows) {
    expect(keyed(rows, ["provider"], "calls")).toEqual(tally(known.calls, byProvider));
    expect(keyed(rows, ["provider"], "failed")).toEqual(tally(throttled, byProvider));
    for (const { provider, p95 } of rows)
      expectQuantile(
        known.calls.filter((fact) => fact.provider === provider),
        0.95,
        p95,
      );
  },
  "provider-errors": (rows) =>
    expect(keyed(rows, ["provider", "code"], "calls")).toEqual(
      tally(throttled, ({ provider, code }) => `${provider} ${code}`),
    ),
  cache(rows) {
    for (const [column, look] of Object.entries({ hits: "hit", stale: "stale", misses: "miss" }))
      expect(keyed(rows, ["provider"], column)).toEqual(
        tally(
          known.cache.filter((fact) => fact.look === look),
          byProvider,
        ),
      );
  },
  breakers: (rows) =>
    expect(keyed(rows, ["t", "provider", "state"], "changes")).toEqual(
      Object.fromEntries(
        Object.entries(
          tally(known.breakers, (fact) => `${step(fact)} ${fact.provider} ${fact.breaker}`),
        ),
      ),
    ),
  queues(rows) {
    const groups = Map.groupBy(known.queues, (fact) => `${step(fact)} ${fact.queue}`);
    const highest = (some: Fact[]) => Math.max(...some.map(({ messages }) => Number(messages)));
    expect(keyed(rows, ["t", "queue"], "messages")).toEqual(
      Object.fromEntries([...groups].map(([key, some]) => [key, highest(some)])),
    );
  },
  deliveries: (rows) =>
    expect(keyed(rows, ["t", "channel"], "attempts")).toEqual(
      tally(known.deliveries, (fact) => `${step(fact)} ${fact.channel} ${fact.result}`),
    ),
  channels: (rows) =>
    expect(keyed(rows, ["channel"], "sends")).toEqual(
      tally(
        known.stages.filter(({ stage }) => stage === "notify"),
        ({ channel }) => String(channel),
      ),
    ),
  "signals-by-state": (rows) =>
    expect(keyed(rows, ["t", "state"], "signals")).toEqual(
      tally(known.signals, (fact) => `${step(fact)} ${fact.state}`),
    ),
  scores: (rows) =>
    expect(keyed(rows, ["score"], "signals")).toEqual(
      tally(known.signals, ({ score }) => String(Math.floor(Number(score) / 5) * 5)),
    ),
  "rules-versions"(rows) {
    expect(keyed(rows, ["version"], "signals")).toEqual(
      tally(known.signals, ({ version }) => String(version)),
    );
    for (const { version, score, verified } of rows) {
      const some = known.signals.filter((fact) => fact.version === version);
      const total = some.reduce((sum, fact) => sum + Number(fact.score), 0);
      expect(Number(score)).toBeCloseTo(total / some.length, 9);
      expect(verified).toBe(some.filter(({ state }) => state === "verified").length * INTERVAL);
    }
  },
  "breakers-open": (rows) =>
    expect(keyed(rows, ["t", "provider"], "minutes")).toEqual(
      tally(
        known.breakers.filter(({ breaker }) => breaker === "open"),
        (fact) => `${step(fact)} ${fact.provider}`,
      ),
    ),
  cost(rows) {
    const accepted = known.posts.filter(({ outcome }) => outcome === "accepted").length;
    const each = (count: number) => expect.closeTo((count * 1_000) / accepted, 6);
    const calls = Map.groupBy(known.calls, byProvider);
    const open = known.breakers.filter(({ breaker }) => breaker === "open").length;
    expect(Object.fromEntries(rows.map(({ what, each }) => [what, each]))).toEqual({
      "requests to the API": each(FACTS),
      "batches of queues": each(FACTS),
      // Eleven for each fact, and one where its breaker is open.
      "analytics points": each(11 * FACTS + open),
      "calls of goplus": each(calls.get("goplus")?.length ?? 0),
      "calls of dexscreener": each(calls.get("dexscreener")?.length ?? 0),
    });
    const [requests] = rows;
    expect(requests?.dollars).toBeCloseTo(((FACTS * 1_000) / accepted) * 0.3e-6, 9);
    expect(rows.at(-1)?.dollars).toBeNull();
  },
  tokens: (rows) =>
    expect(keyed(rows, ["token"], "activity")).toEqual(
      tally(known.signals, ({ token }) => String(token)),
    ),
};

const QUERIES = PANELS.filter(({ sql }) => sql !== null).map(({ name }) => name);
const panel = (name: string): Panel => PANELS.find((each) => each.name === name) as Panel;

it("has an expectation for every query of the dashboard", () => {
  expect(Object.keys(EXPECTED).toSorted()).toEqual(QUERIES.toSorted());
});

it.each(QUERIES)("answers %s as the facts say", async (name) => {
  const rows = await ask(panel(name));
  expect(rows.length).toBeGreaterThan(0);
  const columns = panel(name).columns.map((column) => column.name);
  expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(columns.toSorted());
  EXPECTED[name]?.(rows);
});

it.each(QUERIES)("answers nothing to %s where there are no points", async (name) => {
  const before = { ...RANGE, from: RANGE.from - 7_200_000, to: RANGE.from };
  expect(await ask(panel(name), before)).toEqual([]);
});

it("refuses what Analytics Engine would, and a wrong token", async () => {
  const [port = 0] = await freePorts(1);
  const held = { ...clickhouse, close: () => undefined };
  const end = await serveAnalytics(held, { port, token: "t" });
  const post = async (path: string, body: string, token = "t") => {
    const headers = { Authorization: `Bearer ${token}` };
    return (await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body }))
      .status;
  };
  const sql = "/client/v4/accounts/local/analytics_engine/sql";
  expect(await post(sql, "SELECT uniq(blob1) FROM event_stream")).toBe(422);
  expect(await post(sql, "DROP TABLE event_stream")).toBe(422);
  expect(await post(sql, "SELECT count() AS n FROM event_stream", "wrong")).toBe(401);
  expect(await post("/points", "{}")).toBe(422);
  expect(await post(sql, "SELECT count() AS n FROM event_stream")).toBe(200);
  end();
});
