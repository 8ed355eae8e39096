import type { CallRecord } from "../http/request.ts";
import type { RuntimePorts } from "./runtime.ts";

/** Measures every outside call; those that brought no answer are counted by code, and logged. */
export const outsideCallReporter =
  ({ log, telemetry }: Pick<RuntimePorts, "log" | "telemetry">) =>
  ({ provider, verdict, code, ms, bytes, traceId }: CallRecord): void => {
    const labels = { provider, outcome: verdict, reason: code };
    telemetry.observe("external_request_ms", labels, ms, { bytes });
    if (verdict === "ok" || verdict === "empty") return;
    telemetry.count(`external_error_total_${code}`, { provider });
    log({
      stage: "outside",
      level: "warn",
      provider,
      outcome: verdict,
      reason: code,
      latencyMs: ms,
      ...(traceId !== undefined && { traceId }),
    });
  };
