import { traceIdOf } from "../kit/trace-context.ts";
import type { ProviderFacts } from "../model/facts.ts";
import type { RuntimePorts } from "../observability/runtime.ts";

/**
 * How enrichment of one token went: a line in the log, and a count for each provider by how fresh
 * its facts were. `unasked`: no contract was known, so nobody was asked.
 */
export function reportFacts(
  answers: readonly ProviderFacts[],
  { ms, trace }: { ms: number; trace: string | undefined },
  { log, telemetry }: Pick<RuntimePorts, "log" | "telemetry">,
): void {
  for (const { provider, status, asOf } of answers) {
    telemetry.count("facts_total", {
      provider,
      status: status === "empty" && asOf === null ? "unasked" : status,
    });
  }
  telemetry.observe("pipeline_latency_ms", { stage: "enrich" }, ms);
  const passed = answers.every(({ status }) => status === "fresh" || status === "empty");
  log({ stage: "enrich", passed, latencyMs: ms, ...(trace && { traceId: traceIdOf(trace) }) });
}
