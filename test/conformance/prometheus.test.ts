import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { monitoringFiles } from "../../scripts/monitoring-files.ts";
import { metricsCollector } from "../../src/observability/collector.ts";
import { prometheusText } from "../../src/observability/prometheus.ts";

/*
 * What Prometheus itself says of the files for it: its own tool reads the rules, evaluates them
 * over series as /metrics has them, and parses every query of the dashboard.
 */

const PROMTOOL = process.env.PROMTOOL ?? "/usr/bin/promtool";
const missing = !existsSync(PROMTOOL);
if (missing && process.env.CI === "true")
  throw new Error(`no promtool at ${PROMTOOL}: apt-get install prometheus, or set PROMTOOL`);
if (missing)
  console.warn(
    `The rules of Prometheus are not checked: no promtool at ${PROMTOOL} (apt-get install ` +
      "prometheus, or set PROMTOOL).",
  );

const RULES = join(import.meta.dirname, "../../docs/prometheus/rules.yml");

/** What it prints, and its exit code. */
function promtool(args: string[], input = ""): { code: number; said: string } {
  try {
    return { code: 0, said: execFileSync(PROMTOOL, args, { input, encoding: "utf8" }) };
  } catch (error) {
    const { status, stdout, stderr } = error as Record<string, string | number | null>;
    return { code: Number(status), said: `${stdout}${stderr}` };
  }
}

describe.skipIf(missing)("promtool", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "promtool-"));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it("takes the rules", () => {
    const { code, said } = promtool(["check", "rules", RULES]);
    expect(said).toContain("SUCCESS");
    expect(code).toBe(0);
  });

  it("sees the alerts fire, and not fire, as the unit tests of the rules say", () => {
    const tests = join(import.meta.dirname, "prometheus/rules.test.yml");
    const { code, said } = promtool(["test", "rules", tests]);
    expect(code, said).toBe(0);
  });

  it("parses every query of the dashboard of Grafana", () => {
    const { panels } = JSON.parse(monitoringFiles()["docs/grafana/pipeline.json"] ?? "") as {
      panels: { targets?: { expr: string }[] }[];
    };
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(40);
    const rules = queries.map((expr, at) => ({
      record: `query:${at}`,
      // Grafana puts in the interval.
      expr: expr.replaceAll("$__rate_interval", "5m"),
    }));
    const file = join(dir, "queries.yml");
    writeFileSync(file, stringify({ groups: [{ name: "queries", rules }] }));
    const { code, said } = promtool(["check", "rules", "--lint=none", file]);
    expect(code, said).toBe(0);
  });

  it("reads what /metrics answers", () => {
    const metrics = metricsCollector();
    metrics.count("channel_sends_total", { name: 'a "b"\\c', result: "ok" });
    metrics.count("external_error_total_429", { provider: "goplus" });
    metrics.observe("end_to_end_ms", {}, 5);
    const text = prometheusText(metrics.drain() ?? { v: 1, counters: {}, histograms: {} }, [
      { name: "pipeline_fact", labels: { fact: "database_up" }, value: 1 },
      {
        name: "pipeline_fact",
        labels: { fact: "provider_budget_spent", provider: "x" },
        value: 0.5,
      },
    ]);
    // 3: it would name some metrics otherwise. 1: it cannot read them.
    expect([0, 3]).toContain(promtool(["check", "metrics"], text).code);
    expect(promtool(["check", "metrics"], `${text}broken {\n`).code).toBe(1);
  });
});
