import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { metricsCollector } from "../../src/observability/collector.ts";
import type { Bindings } from "../env.ts";

it("sums what many isolates count", async () => {
  const metrics = (env as unknown as Bindings).METRICS.getByName("sum");
  const isolate = metricsCollector();
  isolate.count("posts_total", { source: "x", outcome: "kept" }, 2);
  isolate.observe("end_to_end_ms", {}, 40);
  const deltas = isolate.drain();
  if (deltas === null) throw new Error("nothing was counted");
  await Promise.all([metrics.add(deltas), metrics.add(deltas), metrics.add(deltas)]);
  const totals = await metrics.totals();
  expect(totals.counters).toEqual({ 'posts_total{outcome="kept",source="x"}': 6 });
  expect(totals.histograms.end_to_end_ms?.sum).toBe(120);
});
