import { expect, it } from "vitest";
import type { CallRecord } from "../http/request.ts";
import type { LogRecord } from "./log.ts";
import { outsideCallReporter } from "./outside-calls.ts";

const CALL: CallRecord = {
  provider: "goplus",
  verdict: "ok",
  code: "200",
  status: 200,
  ms: 40,
  bytes: 10,
};

function scene() {
  const logged: LogRecord[] = [];
  const counted: string[] = [];
  const report = outsideCallReporter({
    log: (record) => void logged.push(record),
    telemetry: {
      count: (name, labels) => void counted.push(`${name} ${labels?.provider}`),
      observe: (name, labels, ms) => void counted.push(`${name} ${labels.provider} ${ms}`),
      sample: () => undefined,
    },
  });
  return { report, logged, counted };
}

it("only measures a call that was answered, also when nothing was known", () => {
  const { report, logged, counted } = scene();
  report(CALL);
  report({ ...CALL, verdict: "empty" });
  expect(counted).toEqual(Array.from({ length: 2 }, () => "external_request_ms goplus 40"));
  expect(logged).toEqual([]);
});

it("counts a failure under its code and logs it with its trace", () => {
  const { report, logged, counted } = scene();
  report({ ...CALL, verdict: "throttled", code: "429", status: 429, traceId: "t" });
  expect(counted).toEqual(["external_request_ms goplus 40", "external_error_total_429 goplus"]);
  expect(logged).toEqual([
    {
      ...{ stage: "outside", level: "warn", provider: "goplus" },
      ...{ outcome: "throttled", reason: "429", latencyMs: 40, traceId: "t" },
    },
  ]);
});
