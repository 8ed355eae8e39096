import { describe, expect, it } from "vitest";
import { providerOf } from "../../test/support/alerts.ts";
import { NO_ACTIVITY } from "../../test/support/api.ts";
import { emptySnapshot, metricsCollector } from "../observability/collector.ts";
import { PANELS } from "./panels/registry.ts";
import type { AnalyticsAnswer } from "./query.ts";
import { type PanelPorts, readPanels } from "./read-panel.ts";

const RANGE = { from: 0, to: 3_600_000, stepSeconds: 60 };
const OFF: AnalyticsAnswer = { kind: "off", why: "ANALYTICS_TOKEN is not set" };

function totals() {
  const metrics = metricsCollector();
  for (const ms of [3, 40, 400]) metrics.observe("pipeline_latency_ms", { stage: "enrich" }, ms);
  metrics.observe("pipeline_latency_ms", { stage: "posts" }, 9);
  for (let n = 0; n < 4; n++) metrics.observe("external_request_ms", { provider: "goplus" }, 20);
  metrics.count("external_error_total_429", { provider: "goplus" }, 3);
  metrics.count("cache_total", { provider: "dex", result: "hit" }, 5);
  metrics.count("cache_total", { provider: "dex", result: "miss" }, 2);
  metrics.count("breaker_changes_total", { provider: "goplus", state: "open" });
  return metrics.drain() ?? { v: 1, counters: {}, histograms: {} };
}

const ACTIVITY = {
  ...NO_ACTIVITY,
  posts: [
    { t: 60, source: "x", outcome: "dropped", reason: "spam", count: 2 },
    { t: 60, source: "rss", outcome: "dropped", reason: "spam", count: 3 },
    { t: 60, source: "x", outcome: "evidence", reason: null, count: 4 },
  ],
  rules: [
    { version: "a".repeat(64), state: "verified", count: 1, score: 10 },
    { version: "a".repeat(64), state: "candidate", count: 3, score: 2 },
  ],
};

const ports = (over: Partial<PanelPorts> = {}): PanelPorts => ({
  query: async () => OFF,
  store: { activity: async () => ACTIVITY },
  totals: async () => totals(),
  providers: async () => [
    providerOf({ provider: "x", budget: 3_000, budgetLeft: 750, perMinute: 30 }),
    providerOf({ breaker: "open", callsLastMinute: 3 }),
  ],
  now: () => 0,
  ...over,
});

async function read(over: Partial<PanelPorts> = {}) {
  const readings = await readPanels(PANELS, RANGE, ports(over));
  return Object.fromEntries(PANELS.map(({ name }, at) => [name, readings[at]]));
}

describe("panels without points", () => {
  it("show the budgets of the providers as they are now", async () => {
    const { "provider-budgets": budgets } = await read();
    expect(budgets).toMatchObject({ source: "providers", note: null });
    expect(budgets?.rows).toEqual([
      {
        ...{ provider: "x", spent: 75, left: 750, budget: 3_000, calls: 0, pace: 30 },
        breaker: "closed",
      },
      {
        ...{ provider: "goplus", spent: null, left: null, budget: null, calls: 3, pace: null },
        breaker: "open",
      },
    ]);
  });

  it("show what 1,000 posts used since the deployment, by the counters", async () => {
    expect((await read()).cost?.rows).toEqual([]);
    const metrics = metricsCollector();
    metrics.count("posts_total", { source: "x", outcome: "accepted" }, 500);
    metrics.count("posts_total", { source: "x", outcome: "dropped" }, 400);
    for (let n = 0; n < 10; n++) {
      metrics.observe("http_request_ms", { route: "/ingest", status: "202" }, 5);
      metrics.observe("pipeline_latency_ms", { stage: "posts" }, 5);
      metrics.observe("pipeline_latency_ms", { stage: "store" }, 5);
      metrics.observe("external_request_ms", { provider: "goplus" }, 5);
    }
    const counted = metrics.drain() ?? emptySnapshot();
    const { cost } = await read({ totals: async () => counted });
    expect(cost).toMatchObject({ source: "counters" });
    expect(cost?.rows).toEqual([
      { what: "requests to the API", each: 20, dollars: expect.closeTo(6e-6, 12) },
      { what: "batches of queues", each: 20, dollars: expect.closeTo(6e-6, 12) },
      { what: "calls of goplus", each: 20, dollars: null },
    ]);
  });

  it("show what the tables hold, whatever the analytics lack", async () => {
    const panels = await read();
    expect(panels["posts-by-source"]).toEqual({
      source: "database",
      note: null,
      rows: [
        { t: 60, source: "x", posts: 6 },
        { t: 60, source: "rss", posts: 3 },
      ],
    });
    expect(panels.drops?.rows).toEqual([{ reason: "spam", posts: 5 }]);
    expect(panels["rules-versions"]?.rows).toEqual([
      { version: "a".repeat(12), signals: 4, verified: 1, downgraded: 0, score: 4 },
    ]);
  });

  it("show the counters of /metrics where the tables know nothing", async () => {
    const panels = await read();
    expect(panels.stages).toMatchObject({
      source: "counters",
      rows: [{ stage: "enrich", things: 3 }],
    });
    expect(panels.providers?.rows).toMatchObject([{ provider: "goplus", calls: 4, failed: 3 }]);
    expect(panels["provider-errors"]?.rows).toEqual([
      { provider: "goplus", code: "429", calls: 3 },
    ]);
    expect(panels.cache?.rows).toEqual([{ provider: "dex", hits: 5, stale: 0, misses: 2 }]);
    expect(panels.breakers?.rows).toMatchObject([{ provider: "goplus", state: "open" }]);
    expect(panels["breakers-open"]).toMatchObject({ source: "none", rows: [] });
  });

  it("say what is missing where nothing can be shown", async () => {
    expect((await read()).queues).toEqual({
      source: "none",
      note: "This chart needs the analytics: ANALYTICS_TOKEN is not set.",
      rows: [],
    });
  });

  it("read the tables once for all of them", async () => {
    let reads = 0;
    const activity = async () => {
      reads += 1;
      return ACTIVITY;
    };
    await read({ store: { activity } });
    expect(reads).toBe(1);
  });
});

it("says where the tables measure something else than the points", async () => {
  expect((await read())["end-to-end"]?.note).toContain("from the time a delivery was due");
  const rows = [{ t: 0, p50: 1, p95: 2 }];
  const points = await read({ query: async () => ({ kind: "rows", rows }) });
  expect(points["end-to-end"]?.note).toBeNull();
});

describe("a part that fails", () => {
  it("leaves the tables in place of points, and says so", async () => {
    const panels = await read({ query: async () => ({ kind: "failed", why: "timeout" }) });
    expect(panels.drops).toMatchObject({
      source: "database",
      note: "Points cannot be read now: timeout.",
    });
  });

  it("does not spoil the panels that do not need it", async () => {
    const activity = () => Promise.reject(new Error("the database is out"));
    const panels = await read({ store: { activity } });
    expect(panels.drops).toMatchObject({ source: "none", rows: [] });
    expect(panels.drops?.note).toContain("the database is out");
    expect(panels.cache?.rows).toHaveLength(1);
  });
});

it("shows points as they are read, by the query of the panel", async () => {
  const asked: string[] = [];
  const rows = [{ reason: "spam", posts: 9 }];
  const panels = await read({
    query: async (sql) => {
      asked.push(sql);
      return { kind: "rows", rows };
    },
  });
  expect(panels.drops).toEqual({ source: "points", note: null, rows });
  expect(panels["open-work"]?.source).toBe("database");
  expect(asked).toHaveLength(PANELS.filter(({ sql }) => sql !== null).length);
  expect(panels["provider-budgets"]?.source).toBe("providers");
});
