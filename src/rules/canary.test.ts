import { describe, expect, it } from "vitest";
import { canarySide, isInCanary, parseShare } from "./canary.ts";
import { loadSample, sampleFile } from "./samples.ts";

describe("a canary", () => {
  it("takes its share of the event keys, and keeps those it has when the share grows", () => {
    const keys = Array.from({ length: 5_000 }, (_, n) => `eth:T${n}:2026-01-15T10:00:00Z`);
    const taken = keys.filter((key) => isInCanary(key, 0.1));
    expect(taken.length).toBeGreaterThan(400);
    expect(taken.length).toBeLessThan(600);
    expect(taken.every((key) => isInCanary(key, 0.2))).toBe(true);
  });

  it.each([
    ["10%", 0.1],
    ["0.5 %", 0.005],
    ["0.25", 0.25],
    ["0%", undefined],
    ["100%", undefined],
    ["10", undefined],
    ["-1%", undefined],
    ["x", undefined],
  ])("reads the share %s as %s", (text, share) => {
    expect(parseShare(text)).toBe(share);
  });

  it("is shown by what it made of its own signals", () => {
    const rules = loadSample(
      `${sampleFile("mentions > 1")}notify: { min_score: 5, on: [verified] }`,
    );
    const own = { rulesVersion: rules.sha, level: "observe", state: "verified" } as const;
    const side = canarySide(rules, [
      { ...own, score: 5 },
      { ...own, score: 2.5 },
      { ...own, score: 9, rulesVersion: "other" },
    ]);
    expect(side).toEqual({
      sha: rules.sha,
      signals: 2,
      meanScore: 3.75,
      levels: { opportunity: 0, observe: 2, caution: 0 },
      states: { candidate: 0, verified: 2, downgraded: 0 },
      notify: 1,
    });
    expect(canarySide(rules, []).meanScore).toBeNull();
  });
});
