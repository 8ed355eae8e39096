import { expect, it } from "vitest";
import type { ProviderFacts } from "../model/facts.ts";
import type { LogRecord } from "../observability/log.ts";
import { reportFacts } from "./report.ts";

const facts = (status: ProviderFacts["status"], asOf: string | null): ProviderFacts => ({
  ...{ provider: "goplus", via: null, status, asOf, values: {}, notes: [], error: null },
});

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

it("counts facts by how fresh they are, and passes while nothing is missing", () => {
  const counted: string[] = [];
  const logged: LogRecord[] = [];
  const runtime = {
    log: (record: LogRecord) => void logged.push(record),
    telemetry: {
      count: (_: string, labels?: Readonly<Record<string, string>>) =>
        void counted.push(`${labels?.status}`),
      observe: () => undefined,
      sample: () => undefined,
    },
  };
  const at = "2026-01-15T10:00:00Z";
  reportFacts(
    [facts("fresh", at), facts("empty", at), facts("empty", null)],
    { ms: 5, trace: TRACE },
    runtime,
  );
  reportFacts([facts("fresh", at), facts("stale", at)], { ms: 800, trace: undefined }, runtime);
  expect(counted).toEqual(["fresh", "empty", "unasked", "fresh", "stale"]);
  expect(logged).toEqual([
    { stage: "enrich", passed: true, latencyMs: 5, traceId: "0af7651916cd43dd8448eb211c80319c" },
    { stage: "enrich", passed: false, latencyMs: 800 },
  ]);
});
