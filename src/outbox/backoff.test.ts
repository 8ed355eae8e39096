import { describe, expect, it } from "vitest";
import type { RetryPolicy } from "../channels/channel.ts";
import type { Verdict } from "../http/verdict.ts";
import { nextAttempt } from "./backoff.ts";

const HOUR = 3_600_000;
const wait = (
  policy: RetryPolicy,
  verdict: Partial<Verdict>,
  attempt: number,
  random = 0.999,
  age = 0,
) => {
  const next = nextAttempt(
    policy,
    { kind: "retry", reason: "", ...verdict },
    attempt,
    0,
    age,
    () => random,
  );
  return next.kind === "retry" ? next.at - age : next.reason;
};

/** Waits until given up, as a target that always fails would see them. */
function life(policy: RetryPolicy, verdict: Partial<Verdict>, random: () => number): number[] {
  const waits: number[] = [];
  for (let now = 0, attempt = 0; ; attempt++) {
    const next = nextAttempt(
      policy,
      { kind: "retry", reason: "", ...verdict },
      attempt,
      0,
      now,
      random,
    );
    if (next.kind === "give-up") return waits;
    waits.push(next.at - now);
    now = next.at;
  }
}

describe("the retry policies", () => {
  it("double a chat's wait to ten minutes at most, with full jitter", () => {
    for (let attempt = 0; attempt < 60; attempt++) {
      const most = Math.min(600_000, 2_000 * 2 ** attempt);
      expect(wait("chat", {}, attempt)).toBeLessThanOrEqual(most);
      expect(wait("chat", {}, attempt, 0.5)).toBeCloseTo(Math.max(1_000, most / 2), -1);
      expect(wait("chat", {}, attempt, 0)).toBe(1_000);
    }
  });

  it("double that of mail to half an hour, and that of a stream to five minutes", () => {
    expect([0, 1, 60].map((attempt) => wait("email", {}, attempt, 0.5))).toEqual([
      5_000, 10_000, 900_000,
    ]);
    expect([0, 1, 60].map((attempt) => wait("stream", {}, attempt, 0.5))).toEqual([
      1_000, 2_000, 150_000,
    ]);
  });

  it("follow the schedule of Standard Webhooks", () => {
    const minutes = [5 / 60, 5, 30, 120, 300, 600, 840, 1_200, 1_440];
    minutes.forEach((due, attempt) => {
      expect(wait("webhook", {}, attempt, 0)).toBe(due * 60_000);
      expect(wait("webhook", {}, attempt)).toBeLessThanOrEqual(due * 66_000);
    });
  });

  it.each([
    ["chat", 24],
    ["email", 24],
    ["webhook", 72],
  ] as const)("give %s up after %i hours, with a last attempt at the very end", (policy, hours) => {
    for (const random of [() => 0.01, () => 0.5, () => 0.99]) {
      const waits = life(policy, {}, random);
      expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(hours * HOUR);
      expect(Math.min(...waits.slice(0, -1))).toBeGreaterThanOrEqual(1_000);
    }
  });

  it("never undercut what was asked, nor exceed it by more than a second", () => {
    for (const random of [0, 0.5, 0.999]) {
      const waited = wait("chat", { kind: "throttled", delayMs: 14_000 }, 3, random);
      expect(waited).toBeGreaterThanOrEqual(14_000);
      expect(waited).toBeLessThanOrEqual(15_000);
    }
    expect(wait("webhook", { kind: "retry", delayMs: 60_000 }, 0)).toBe(60_000);
  });

  it("are no storm on a target that always says to come at once, nor on one that asks for less than nothing", () => {
    for (const policy of ["chat", "webhook"] as const)
      for (const delayMs of [0, -5_000])
        expect(life(policy, { kind: "throttled", delayMs }, () => 0.5).length).toBeLessThan(500);
    expect(wait("chat", { kind: "throttled", delayMs: -60_000 }, 0, 0)).toBeGreaterThanOrEqual(0);
  });

  it("give one that asks for time and does not say how much five seconds more", () => {
    expect(wait("chat", { kind: "throttled" }, 0, 0)).toBe(5_000 + 1_000);
  });

  it("wait for a person where a person is needed", () => {
    expect(wait("chat", { kind: "auth" }, 0)).toBe(15 * 60_000);
    expect(wait("email", { kind: "quota" }, 0)).toBe(HOUR);
  });

  it("keep a wait without end within the life of the message", () => {
    expect(wait("chat", { kind: "throttled", delayMs: 1e15 }, 0)).toBe(24 * HOUR);
    expect(wait("chat", {}, 0, 0.5, 24 * HOUR)).toBe("expired");
  });
});
