/**
 * `npm run -s monitoring:generate`: writes docs/prometheus/rules.yml and docs/grafana/pipeline.json
 * from the alerts and the metrics. test/monitoring-files.test.ts fails when they are stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadAlerts } from "../src/alerts/load-alerts.ts";
import { grafanaDashboard } from "./monitoring/dashboard.ts";
import { prometheusRules } from "./monitoring/rules.ts";

const ROOT = join(import.meta.dirname, "..");

/** The files by their paths, as they must be. */
export function monitoringFiles(): Record<string, string> {
  const read = loadAlerts(readFileSync(join(ROOT, "rules/alerts.yml"), "utf8"), {});
  if (read.kind === "rejected") throw new Error(`rules/alerts.yml: ${read.problems[0]?.message}`);
  return {
    "docs/prometheus/rules.yml": prometheusRules(read.value.alerts),
    "docs/grafana/pipeline.json": grafanaDashboard(),
  };
}

if (import.meta.main)
  for (const [file, text] of Object.entries(monitoringFiles()))
    writeFileSync(join(ROOT, file), text);
