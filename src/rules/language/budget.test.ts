import { describe, expect, it } from "vitest";
import { backtestRules, type StoredSignal } from "../backtest.ts";
import { explainSignal } from "../explain.ts";
import { loadSample, sampleFile } from "../samples.ts";
import { scoreRules } from "../score.ts";
import { coverageOf } from "../suite/coverage.ts";

/** Each of the 320 steps stays open at each character. */
const WIDE = `symbol ~= "${"a?".repeat(160)}b"`;
const LONG = "a".repeat(9_999);
const processorMs = (run: () => void) => {
  const began = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(began);
  return (user + system) / 1_000;
};

describe("what one scoring may cost", () => {
  it("is bounded by steps times text: what comes after fails, the rest counts", () => {
    const rules = loadSample(sampleFile(WIDE, "mentions > 1", WIDE.replace('b"', 'c"')));
    const facts = { symbol: LONG, mentions: 3 };
    const verdict = scoreRules(rules, facts);
    expect(verdict.reasons.map(({ rule }) => rule)).toEqual(["r1"]);
    expect(verdict.errors).toMatchObject([
      { rule: "r0", message: expect.stringContaining("too many steps") },
      { rule: "r2", message: expect.stringContaining("too many steps") },
    ]);
    expect(processorMs(() => void scoreRules(rules, facts))).toBeLessThan(1_000);
  });

  it("is there anew for the next scoring, and for each rule that is explained", () => {
    const rules = loadSample(sampleFile(WIDE, 'symbol ~= "^a+$"'));
    scoreRules(rules, { symbol: LONG });
    expect(scoreRules(rules, { symbol: "ab" }).reasons).toHaveLength(1);
    const explained = explainSignal(rules, {
      evaluatedAt: "2026-01-15T10:00:00.000Z",
      values: { symbol: LONG },
      origin: {},
      degraded: [],
      notes: [],
    });
    expect(explained.rules.map(({ outcome }) => outcome)).toEqual(["failed", "matched"]);
  });

  it("is bounded for an explanation of many wide rules too", { timeout: 30_000 }, () => {
    const wide = Array.from({ length: 200 }, (_, n) => `symbol ~= "(?:(?:a?){50}){4}${n}"`);
    const rules = loadSample(sampleFile(...wide));
    const facts = {
      evaluatedAt: "2026-01-15T10:00:00.000Z",
      values: { symbol: LONG },
      origin: {},
      degraded: [],
      notes: [],
    };
    expect(processorMs(() => void explainSignal(rules, facts))).toBeLessThan(3_000);
  });

  it("leaves room for every test of a suite", () => {
    const rules = loadSample(sampleFile('symbol ~= "^a+$"'));
    const test = {
      file: "f",
      line: 1,
      name: "n",
      facts: { symbol: "a".repeat(5_000) },
      expect: {},
    };
    const { rules: rows } = coverageOf(
      rules,
      Array.from({ length: 60 }, () => test),
    );
    expect(rows).toMatchObject([{ matched: 60 }]);
  });

  it("is shared by the signals of a backtest", { timeout: 30_000 }, () => {
    const rules = loadSample(sampleFile(WIDE));
    const stored: StoredSignal[] = Array.from({ length: 2_000 }, (_, n) => ({
      eventKey: String(n),
      previousState: null,
      facts: { values: { symbol: "a".repeat(400) } },
      reasons: [],
      score: 0,
      level: "observe",
      state: "candidate",
    }));
    let report = backtestRules(rules, []);
    const took = processorMs(() => {
      report = backtestRules(rules, stored);
    });
    expect(took).toBeLessThan(10_000);
    expect(report.rules[0]?.errors).toBeGreaterThan(1_000);
    expect(scoreRules(rules, { symbol: "b" }).reasons).toHaveLength(1);
  });
});

it("matches no text and joins none of more than 10,000 characters", () => {
  const rules = loadSample(sampleFile('symbol ~= "a"', 'symbol + symbol != "a"'));
  const message = expect.stringContaining("longer than 10000 characters");
  expect(scoreRules(rules, { symbol: `${LONG}aa` }).errors).toMatchObject([
    { rule: "r0", message },
    { rule: "r1", message },
  ]);
});
