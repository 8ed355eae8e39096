import { describe, expect, it } from "vitest";
import { EVERYTHING, type LiveMessage, passesFilter } from "./live.ts";

const signal: LiveMessage = {
  event: "signal",
  eventKey: "eth:DEMO:2026-01-15T10:00:00Z",
  chain: "eth",
  symbol: "DEMO",
  state: "verified",
  previousState: null,
  score: 12,
  level: "observe",
  riskLevel: "green",
  reasons: [],
  degraded: false,
  at: "2026-01-15T10:00:00Z",
};
const posts: LiveMessage = { event: "posts", posts: [], at: "2026-01-15T10:00:00Z" };

describe("passes", () => {
  it("lets everything through when nothing is asked", () => {
    expect([signal, posts].map((message) => passesFilter(EVERYTHING, message))).toEqual([
      true,
      true,
    ]);
  });

  it("takes a score at the limit and a symbol in any case", () => {
    expect(passesFilter({ minScore: 12, chain: "eth", symbol: "demo" }, signal)).toBe(true);
  });

  it.each([{ minScore: 12.01 }, { chain: "sol" }, { symbol: "OTHER" }])(
    "holds back what does not match %j",
    (asked) => {
      expect(passesFilter({ ...EVERYTHING, ...asked }, signal)).toBe(false);
    },
  );

  it("holds back posts from a listener who asked for certain signals", () => {
    expect(passesFilter({ ...EVERYTHING, minScore: 0 }, posts)).toBe(false);
  });
});
