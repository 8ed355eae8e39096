import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { explainStartFailure } from "./failure.ts";

const refusal = (code: string) =>
  Object.assign(new Error(`${code}: refused, mkdir '/srv/x'`), { code, path: "/srv/x" });

it.each(["EACCES", "EPERM", "EROFS", "ENOSPC"])(
  "names where else the data may go when the folder refuses with %s",
  (code) => {
    expect(explainStartFailure(refusal(code))).toMatch(/^\/srv\/x: .*--data \(.*mkdir/);
  },
);

it("leaves other errors their own words", () => {
  const missing = () => writeFileSync("/no/such/folder/file", "");
  expect(missing).toThrow();
  try {
    missing();
  } catch (error) {
    expect(explainStartFailure(error)).toBe((error as Error).message);
  }
  expect(explainStartFailure(new Error("the worker's port 1 is taken"))).toBe(
    "the worker's port 1 is taken",
  );
});
