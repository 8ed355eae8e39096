import { describe, expect, it } from "vitest";
import { loadSample, sampleFile } from "./samples.ts";
import { scoreRules } from "./score.ts";

describe("scoring", () => {
  const book = loadSample(`version: "1"
groups:
  - name: low
    priority: 1
    rules:
      - { id: A, name: a, condition: mentions > 0, score: 0.1, reason: a }
      - { id: B, name: b, condition: mentions > 0, score: 0.2, per: mentions, reason: b }
  - name: high
    priority: 9
    rules:
      - { id: C, name: c, condition: "symbol ~= \\"^D\\"", score: 5, reason: c }
      - { id: D, name: d, condition: mentions > 0, score: 100, reason: d, stage: shadow }
`);

  it("adds what matches, orders reasons by the group's priority, and rounds to two decimals", () => {
    const verdict = scoreRules(book, { mentions: 3, symbol: "DEMO" });
    expect(verdict.reasons.map((reason) => [reason.rule, reason.score])).toEqual([
      ["C", 5],
      ["A", 0.1],
      ["B", 0.6],
    ]);
    expect(verdict.score).toBe(5.7);
    expect(verdict.shadow.map((reason) => reason.rule)).toEqual(["D"]);
  });

  it("lets a rule that fails add nothing, names it, and counts the others", () => {
    const verdict = scoreRules(book, { mentions: 1, symbol: 7 });
    expect(verdict.errors).toEqual([
      { rule: "C", message: "Expected a text, but got a number instead." },
    ]);
    expect(verdict.score).toBe(0.3);
  });

  it("puts each threshold on the side that it names", () => {
    const at = (points: number) =>
      scoreRules(loadSample(`${sampleFile("1 == 1").replace("score: 1", `score: ${points}`)}`), {})
        .level;
    expect([15, 14.99, -4.99, -5].map(at)).toEqual([
      "opportunity",
      "observe",
      "observe",
      "caution",
    ]);
  });

  it("names its version by the text and the settings in force", () => {
    const text = sampleFile("mentions > ${THETA_A:5}");
    expect(loadSample(text).sha).toBe(loadSample(text, { THETA_A: "5", RULES_OTHER: "1" }).sha);
    expect(loadSample(text).sha).not.toBe(loadSample(text, { THETA_A: "6" }).sha);
  });
});
