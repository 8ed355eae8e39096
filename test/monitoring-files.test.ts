import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { prometheusRules } from "../scripts/monitoring/rules.ts";
import { monitoringFiles } from "../scripts/monitoring-files.ts";
import { ALERT_FACT_NAMES, ALERT_FACTS } from "../src/alerts/alert-facts.ts";
import { loadAlerts } from "../src/alerts/load-alerts.ts";
import { conditionPromql, factPromql } from "../src/alerts/promql.ts";
import { METRICS } from "../src/observability/metrics.ts";
import { alertsOf, DEFAULT_ALERTS } from "./support/alerts.ts";

const ROOT = join(import.meta.dirname, "..");
const files = monitoringFiles();
type Rule = { alert?: string; record?: string; expr: string };
const rules = (
  parse(files["docs/prometheus/rules.yml"] ?? "") as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);

it.each(Object.entries(files))("%s is what monitoring:generate writes", (file, text) => {
  expect(readFileSync(join(ROOT, file), "utf8")).toBe(text);
});

it("Prometheus has every alert of the shipped file, and every fact that is no text", () => {
  expect(rules.flatMap(({ alert }) => alert ?? [])).toEqual(
    alertsOf(DEFAULT_ALERTS).alerts.map(({ name }) => name),
  );
  expect(rules.flatMap(({ record }) => record ?? [])).toEqual(
    ALERT_FACT_NAMES.filter((name) => ALERT_FACTS[name].unit !== "text").map(
      (name) => `pipeline:${name}`,
    ),
  );
});

it("the rules name metrics of /metrics alone", () => {
  const words = rules.flatMap(({ record, expr }) =>
    record === undefined
      ? []
      : [...expr.matchAll(/\b[a-z]+(?:_[a-z0-9]+)+\b/g)].map(([name]) => name),
  );
  const known = new Set([
    ...Object.entries(METRICS).flatMap(([name, { kind }]) =>
      kind === "histogram" ? [`${name}_bucket`, `${name}_count`] : [name],
    ),
    ...[...ALERT_FACT_NAMES, "histogram_quantile", "label_replace", "external_error_total_redis"],
    ...["external_error_total_", "__name__"],
  ]);
  expect(words.length).toBeGreaterThan(20);
  expect(words.filter((word) => !known.has(word))).toEqual([]);
});

it("an alert with a window of its own has facts of that window", () => {
  const read = loadAlerts(
    `version: "1"
alerts:
  - name: Slow
    when: provider_p95_ms > 900 and provider_breaker_open == 0
    window: 5m
    summary: "{provider_p95_ms} with {outbox_backlog} waiting"
`,
    {},
  );
  if (read.kind === "rejected") throw new Error(read.problems[0]?.message);
  const file = prometheusRules(read.value.alerts);
  expect(file).toContain("pipeline:provider_p95_ms:5m > 900 and pipeline:provider_breaker_open ==");
  expect(file).toContain("record: pipeline:provider_p95_ms:5m\n");
  expect(file).toMatch(/external_request_ms_bucket\[5m\]/);
  expect(file).toContain('printf "pipeline:provider_p95_ms:5m{provider=%q}"');
  expect(file.match(/record: pipeline:outbox_backlog\n/g)).toHaveLength(1);
});

it("a condition that PromQL cannot say is left out, and not written wrongly", () => {
  const said = (when: string) => {
    const read = loadAlerts(
      `version: "1"\nalerts:\n  - {name: A, when: ${JSON.stringify(when)}, summary: x}\n`,
      {},
    );
    if (read.kind === "rejected") throw new Error(read.problems[0]?.message);
    const [alert] = read.value.alerts;
    return alert ? conditionPromql(alert.when.expression) : undefined;
  };
  expect(said("dead_letters > 1 and outbox_backlog / 2 >= 5 or rule_errors != 0")).toBe(
    "((pipeline:dead_letters > 1 and (pipeline:outbox_backlog / 2) >= 5) or " +
      "pipeline:rule_errors != 0)",
  );
  expect(said('channel_status == "paused"')).toBeNull();
  expect(said("not (dead_letters > 1)")).toBeNull();
  expect(said("1 < dead_letters < 5")).toBeNull();
  expect(factPromql("channel_status")).toBeUndefined();
});
