import { describe, expect, it } from "vitest";
import { type BreakerState, breakerAdmits, breakerAfter, breakerState, CLOSED } from "./breaker.ts";
import type { Verdict } from "./verdict.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const FAULT: Verdict = { kind: "retry", reason: "timeout" };
const OK: Verdict = { kind: "ok", reason: "" };
const faults = (breaker: BreakerState, count: number): BreakerState =>
  count === 0 ? breaker : faults(breakerAfter(breaker, FAULT, NOW), count - 1);
const pauseOf = (breaker: BreakerState) => breaker.openUntil - NOW;

describe("breaker", () => {
  it("opens after five faults in a row, not before", () => {
    expect(breakerAdmits(faults(CLOSED, 4), NOW).kind).toBe("yes");
    expect(breakerAdmits(faults(CLOSED, 5), NOW)).toEqual({ kind: "no", until: NOW + 30_000 });
  });

  it("forgets faults when an answer comes", () => {
    expect(breakerAfter(faults(CLOSED, 4), OK, NOW)).toEqual(CLOSED);
  });

  it("lets one trial through at a time after the pause, and closes on its success", () => {
    const open = faults(CLOSED, 5);
    const trial = breakerAdmits(open, open.openUntil);
    if (trial.kind === "no") throw new Error("no trial");
    expect(breakerAdmits(trial.breaker, open.openUntil).kind).toBe("no");
    expect(breakerState(trial.breaker, open.openUntil)).toBe("half-open");
    expect(breakerAfter(trial.breaker, OK, open.openUntil)).toEqual(CLOSED);
  });

  it("gives another trial when the holder of the first one died", () => {
    const open = faults(CLOSED, 5);
    const trial = breakerAdmits(open, open.openUntil);
    if (trial.kind === "no") throw new Error("no trial");
    expect(breakerAdmits(trial.breaker, open.openUntil + 30_000).kind).toBe("yes");
  });

  it("doubles the pause with each failed trial, up to ten minutes", () => {
    const pauses: number[] = [];
    let breaker = faults(CLOSED, 5);
    for (let i = 0; i < 7; i++) {
      pauses.push(pauseOf(breaker) / 1_000);
      breaker = { ...breakerAfter(breaker, FAULT, NOW) };
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 600, 600]);
  });

  it.each([
    [{ kind: "throttled", reason: "429", delayMs: 7_000 }, 7_000],
    [{ kind: "throttled", reason: "429" }, 60_000],
    [{ kind: "quota", reason: "402" }, 14 * 3_600_000],
    [{ kind: "auth", reason: "401" }, 15 * 60_000],
  ] as const)("pauses at once on %o", (verdict, ms) => {
    expect(pauseOf(breakerAfter(CLOSED, verdict, NOW))).toBe(ms);
  });

  it("stays closed when a service refuses one request", () => {
    expect(breakerAfter(faults(CLOSED, 4), { kind: "reject", reason: "HTTP 400" }, NOW)).toEqual(
      CLOSED,
    );
  });

  it("is not closed by the answer to an earlier call that was still on its way", () => {
    const open = breakerAfter(CLOSED, { kind: "throttled", reason: "429" }, NOW);
    expect(breakerAfter(open, OK, NOW + 1)).toBe(open);
  });
});
