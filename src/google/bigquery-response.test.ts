import { expect, it } from "vitest";
import { classifyBigQuery } from "./bigquery-response.ts";

const kindOf = (status: number, reason: string) =>
  classifyBigQuery({ status, json: { error: { errors: [{ reason }] } } })?.kind;

it.each([
  [400, "jobBackendError", "retry"],
  [400, "jobInternalError", "retry"],
  [400, "tableUnavailable", "retry"],
  [503, "backendError", "retry"],
  [500, "bytesBilledLimitExceeded", "reject"],
  [400, "resourcesExceeded", "reject"],
  [400, "invalidQuery", "reject"],
])("an answer of %s for %s is %s", (status, reason, kind) => {
  expect(kindOf(status, reason)).toBe(kind);
});

it("leaves a reason that nobody knows to the status, where that is a passing one", () => {
  expect([kindOf(503, "newReason"), kindOf(429, "newReason")]).toEqual([undefined, undefined]);
});
