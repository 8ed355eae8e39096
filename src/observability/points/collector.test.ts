import { describe, expect, it } from "vitest";
import { METRICS } from "../metrics.ts";
import { pointCollector } from "./collector.ts";
import { AMOUNT_NAMES, columnOf, DIMENSION_NAMES, WITHOUT_POINTS } from "./columns.ts";

const LIMIT = 250;

/** The points as records by the names of their columns. */
const shown = (points: ReturnType<ReturnType<typeof pointCollector>["drain"]>) =>
  points.map(({ index, blobs, doubles }) => ({
    index,
    ...Object.fromEntries(DIMENSION_NAMES.map((name, n) => [name, blobs[n]])),
    ...Object.fromEntries(AMOUNT_NAMES.map((name, n) => [name, doubles[n]])),
  })) as Record<string, string | number>[];

const sum = (points: Record<string, string | number>[], name: string): number =>
  points.reduce((total, point) => total + Number(point[name]) * Number(point.count), 0);

describe("the points of an invocation", () => {
  it("have a column for each dimension and amount, within the limits of the dataset", () => {
    expect(DIMENSION_NAMES.length).toBeLessThanOrEqual(20);
    expect(AMOUNT_NAMES.length).toBeLessThanOrEqual(20);
    expect([columnOf("metric"), columnOf("ms"), columnOf("count")]).toEqual([
      "blob1",
      "double1",
      "double2",
    ]);
    const labels = Object.entries(METRICS).flatMap(([name, metric]) =>
      WITHOUT_POINTS.includes(name) ? [] : [...metric.labels],
    );
    expect(labels.filter((label) => !DIMENSION_NAMES.some((name) => name === label))).toEqual([]);
  });

  it("count equal latencies together, and no others", () => {
    const points = pointCollector();
    const latencies: [Record<string, string>, number][] = [
      [{ stage: "filter", source: "x" }, 3],
      [{ source: "x", stage: "filter" }, 3],
      [{ stage: "filter", source: "y" }, 3],
      [{ stage: "filter", source: "x" }, 4],
    ];
    for (const [labels, ms] of latencies) points.observe("pipeline_latency_ms", labels, ms);
    points.observe("pipeline_latency_ms", { stage: "filter", source: "x" }, 3, { bytes: 7 });
    const seen = () =>
      shown(points.drain(LIMIT)).map(({ source, ms, count, bytes }) => [source, ms, count, bytes]);
    expect(seen()).toEqual([
      ["x", 3, 2, 0],
      ["x", 4, 1, 0],
      ["x", 3, 1, 7],
      ["y", 3, 1, 0],
    ]);
    points.observe("pipeline_latency_ms", { stage: "filter", source: "x" }, 3);
    expect(seen()).toEqual([["x", 3, 1, 0]]);
  });

  it("keep each latency by itself, and count equal events together", () => {
    const points = pointCollector();
    points.observe("pipeline_latency_ms", { stage: "filter", source: "x" }, 3);
    points.observe("pipeline_latency_ms", { stage: "filter", source: "x" }, 9);
    points.count("posts_total", { source: "x", outcome: "kept" });
    points.count("posts_total", { outcome: "kept", source: "x" }, 4);
    points.setColo("FRA");
    expect(shown(points.drain(LIMIT))).toEqual([
      expect.objectContaining({ index: "x", stage: "filter", ms: 3, count: 1, colo: "FRA" }),
      expect.objectContaining({ index: "x", stage: "filter", ms: 9, count: 1, tenant: "default" }),
      expect.objectContaining({ metric: "posts_total", outcome: "kept", ms: 0, count: 5 }),
    ]);
    expect(points.drain(LIMIT)).toEqual([]);
  });

  it("are folded past the limit: every series stays, sums are exact, percentiles close", () => {
    const points = pointCollector();
    const given = Array.from({ length: 3_000 }, (_, n) => (n * 7_919) % 3_000);
    for (const ms of given) points.observe("pipeline_latency_ms", { stage: "store" }, ms);
    for (let n = 0; n < 100; n++) points.count("posts_total", { source: `s${n}` }, n + 1);
    for (let n = 0; n < 40; n++)
      points.observe("external_request_ms", { provider: `p${n}` }, n, { bytes: 10 * n });
    const drained = shown(points.drain(LIMIT));
    expect(drained.length).toBeLessThanOrEqual(LIMIT);
    const store = drained.filter(({ stage }) => stage === "store");
    expect(store.reduce((total, point) => total + Number(point.count), 0)).toBe(3_000);
    expect(sum(store, "ms")).toBeCloseTo(given.reduce((a, b) => a + b, 0));
    const p95 = store.findIndex(
      (_, n) => store.slice(0, n + 1).reduce((t, p) => t + Number(p.count), 0) >= 2_850,
    );
    expect(Math.abs(Number(store[p95]?.ms) - 2_850)).toBeLessThan(60);
    expect(new Set(drained.map(({ source }) => source)).size).toBe(101);
    expect(new Set(drained.map(({ provider }) => provider)).size).toBe(41);
    expect(points.drain(LIMIT)).toEqual([]);
  });

  it("stay for the next invocation when there are more series than points", () => {
    const points = pointCollector();
    for (let n = 0; n < 600; n++) points.count("posts_total", { source: `s${n}` });
    const drains = [1, 2, 3, 4].map(() => shown(points.drain(LIMIT)));
    expect(drains.map(({ length }) => length)).toEqual([250, 250, 100, 0]);
    expect(new Set(drains.flat().map(({ source }) => source)).size).toBe(600);
  });

  it("hold a bounded number of values while nothing drains them", () => {
    const points = pointCollector();
    for (let n = 0; n < 50_000; n++) points.observe("end_to_end_ms", {}, 5);
    const drained = shown(points.drain(30_000));
    expect(drained.length).toBeLessThanOrEqual(20_001);
    expect(drained.reduce((total, point) => total + Number(point.count), 0)).toBe(50_000);
  });

  it("show the latest level of a gauge", () => {
    const points = pointCollector();
    for (const value of [7, 3]) points.sample("queue_backlog", { queue: "posts" }, value);
    expect(shown(points.drain(LIMIT))).toEqual([
      expect.objectContaining({ queue: "posts", value: 3, count: 1 }),
    ]);
  });
});
