import { expect, it } from "vitest";
import { backtestRules } from "./backtest.ts";
import { loadSample, sampleFile } from "./samples.ts";

it("replays stored signals through a candidate, and says what would change", () => {
  const candidate = loadSample(sampleFile("mentions > 5").replace("score: 1", "score: 20"));
  const stored = [1, 9].map(
    (mentions) =>
      ({
        eventKey: `k${mentions}`,
        facts: { values: { mentions, goplus_risk: "green" } },
        previousState: null,
        score: 0,
        level: "observe",
        state: "candidate",
        reasons: [{ rule: "gone", score: 1 }],
      }) as const,
  );
  const report = backtestRules(candidate, stored);
  expect(report).toMatchObject({
    signals: 2,
    appear: { count: 1, examples: [{ eventKey: "k9" }] },
    levelChanges: { count: 1 },
    scoreChanges: 1,
  });
  expect(report.rules).toMatchObject([
    {
      rule: "r0",
      matchedBefore: 0,
      matched: 1,
      pointsBefore: 0,
      points: 20,
      moved: 1,
      examples: ["k9"],
    },
    {
      rule: "gone",
      matchedBefore: 2,
      matched: 0,
      pointsBefore: 2,
      points: 0,
      moved: 1,
      examples: ["k9", "k1"],
    },
  ]);
});
