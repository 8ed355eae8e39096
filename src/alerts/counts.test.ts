import { expect, it } from "vitest";
import { metricTotals } from "../../test/support/alerts.ts";
import { metricsCollector } from "../observability/collector.ts";
import { type CountSample, countWindow, isAtWork, keptSamples, sampleCounts } from "./counts.ts";
import { pacesAfter, postsADay, type SourcePaces } from "./source-pace.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

it("counts what came within a window, by provider, channel and source", () => {
  const metrics = metricsCollector();
  const totals = metricTotals(metrics);
  const samples: CountSample[] = [];
  for (let minute = 0; minute <= 90; minute++) {
    metrics.observe("external_request_ms", { provider: "goplus" }, 80);
    metrics.count("external_error_total_503", { provider: "goplus" });
    metrics.count("posts_total", { source: "x", outcome: "accepted", reason: "" }, 2);
    metrics.count("posts_total", { source: "x", outcome: "dropped", reason: "spam" });
    metrics.count("channel_sends_total", { name: 'a "b"', result: minute % 2 ? "ok" : "failed" });
    metrics.count("archive_failures_total", { type: "posts" });
    samples.push(sampleCounts(totals(), minute * MINUTE));
  }
  const now = samples.pop() as CountSample;
  const window = countWindow(samples, now, 15);
  expect(window.count("provider goplus")).toBe(15);
  expect(window.count("provider failed goplus")).toBe(15);
  expect(window.p95("provider goplus")).toBeCloseTo(97.5);
  expect(window.count("source x")).toBe(30);
  expect(window.count('channel a "b"')).toBe(15);
  expect(window.count('channel failed a "b"')).toBe(8);
  expect(window.count("archive failed")).toBe(15);
  expect(window.p95("provider nobody")).toBeNull();
  expect(countWindow(samples, now, 5).count("source x")).toBe(10);
  expect(countWindow(samples, now, 60).count("source x")).toBe(120);
  expect(keptSamples(samples, now.at)).toHaveLength(60);
});

it("takes totals that fell, as after a crash, for nothing new", () => {
  const before = { at: 0, counts: { accepted: [100] } };
  const now = { at: MINUTE, counts: { accepted: [98] } };
  expect(countWindow([before], now, 15).count("accepted")).toBe(0);
});

it("tells work from polls that bring nothing", () => {
  const idle = { at: 0, counts: { steps: [5], "provider x": [1] } };
  expect(isAtWork(idle, { at: 1, counts: { steps: [5], "provider x": [9] } })).toBe(false);
  expect(isAtWork(idle, { at: 1, counts: { steps: [6], "provider x": [1] } })).toBe(true);
});

it("remembers through a silence how much a source used to bring", () => {
  let paces: SourcePaces = {};
  let before: CountSample = { at: 0, counts: {} };
  for (let minute = 1; minute <= 5 * 24 * 60; minute++) {
    const count = Math.floor(Math.min(minute, 4 * 24 * 60) / 10);
    const now = { at: minute * MINUTE, counts: { "source x": [count] } };
    paces = pacesAfter(paces, before, now);
    before = now;
  }
  const { x } = paces;
  if (x === undefined) throw new Error("x is not known");
  expect(before.at - x.lastAt).toBeCloseTo(DAY, -6);
  expect(postsADay(x)).toBeGreaterThan(130);
  expect(postsADay(x)).toBeLessThan(150);
});
