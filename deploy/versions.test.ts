import { describe, expect, it } from "vitest";
import type { VersionShare, WorkerState } from "./account.ts";
import { rollbackTarget, rolloutShares } from "./versions.ts";

/** Deployments, the newest first; each version's number is its place in `made`. */
const worker = (made: string[], ...deployments: VersionShare[][]): WorkerState => ({
  migrationTag: "v1",
  secrets: [],
  versions: made.map((id, at) => ({ id, number: at + 1, createdOn: "", message: "" })),
  deployments: deployments.map((shares) => ({ createdOn: "", shares })),
});
const whole = (version: string): VersionShare[] => [{ version, percentage: 100 }];
const both = (a: string, share: number, b: string): VersionShare[] => [
  { version: a, percentage: share },
  { version: b, percentage: 100 - share },
];

describe("a rollback", () => {
  it("leads to the last version that answered all requests before this one", () => {
    expect(rollbackTarget(worker(["a", "b"], whole("b"), whole("b"), whole("a")), undefined)).toBe(
      "a",
    );
    expect(
      rollbackTarget(
        worker(["a", "b", "c"], whole("c"), both("c", 50, "a"), whole("b"), whole("a")),
        undefined,
      ),
    ).toBe("b");
  });

  it("leads to the older of the two during a rollout, whatever their shares", () => {
    const made = ["a", "b"];
    expect(rollbackTarget(worker(made, both("b", 10, "a"), whole("a")), undefined)).toBe("a");
    expect(rollbackTarget(worker(made, both("a", 10, "b"), whole("a")), undefined)).toBe("a");
  });

  it("takes the beginning of a version's id that is the only one", () => {
    const there = worker(["ab1", "ab2"], whole("ab2"));
    expect(rollbackTarget(there, "ab1")).toBe("ab1");
    expect(() => rollbackTarget(there, "ab")).toThrow("write more of it");
    expect(() => rollbackTarget(there, "x")).toThrow("there is no version x");
  });

  it("says that there is nothing before the first version", () => {
    expect(() => rollbackTarget(worker(["a"], whole("a")), undefined)).toThrow(/no version was/);
  });
});

describe("a rollout", () => {
  it("moves the newer of two versions on", () => {
    const there = worker(["a", "b"], both("a", 90, "b"));
    expect(rolloutShares(there, 25)).toEqual({ b: 25, a: 75 });
    expect(rolloutShares(there, 100)).toEqual({ b: 100 });
    expect(() => rolloutShares(worker(["a"], whole("a")), 50)).toThrow("no rollout is under way");
  });
});
