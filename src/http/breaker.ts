import type { Verdict, VerdictKind } from "./verdict.ts";

/**
 * The circuit breaker of a service, as plain data that survives a restart. Times are ms since the
 * epoch.
 */
export type BreakerState = {
  /** Failures in a row. */
  failures: number;
  /** How often it opened in a row: each time doubles the pause. */
  opened: number;
  openUntil: number;
  /** The verdict that opened it; null while closed. */
  cause: VerdictKind | null;
  /** After a pause one trial call runs at a time; this is the end of the present one's time. */
  trialUntil: number;
};

export const CLOSED: BreakerState = {
  failures: 0,
  opened: 0,
  openUntil: 0,
  cause: null,
  trialUntil: 0,
};

const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;
const THROTTLED_MS = 60_000;
const AUTH_MS = 15 * 60_000;
const TRIAL_MS = 30_000;
const DAY_MS = 86_400_000;

const nextMidnight = (now: number): number => (Math.floor(now / DAY_MS) + 1) * DAY_MS;

/** Whether a call may start now. When that call is the trial, it is marked in the breaker. */
export function breakerAdmits(
  breaker: BreakerState,
  now: number,
): { kind: "yes"; breaker: BreakerState } | { kind: "no"; until: number } {
  if (now < breaker.openUntil) return { kind: "no", until: breaker.openUntil };
  if (breaker.cause === null) return { kind: "yes", breaker };
  if (now < breaker.trialUntil) return { kind: "no", until: breaker.trialUntil };
  return { kind: "yes", breaker: { ...breaker, trialUntil: now + TRIAL_MS } };
}

const open = (breaker: BreakerState, cause: VerdictKind, openUntil: number): BreakerState => ({
  failures: breaker.failures,
  opened: breaker.opened + 1,
  openUntil: Math.max(openUntil, breaker.openUntil),
  cause,
  trialUntil: 0,
});

/**
 * The breaker after an answer. Any answer, also a refusal, shows that the service is up. The
 * breaker stays open for as long as the service asks; otherwise a minute after a throttle, until
 * midnight UTC after a used-up quota, and 15 minutes after refused credentials. Five faults in a
 * row open it for 30 s, doubling to 10 min.
 */
export function breakerAfter(breaker: BreakerState, verdict: Verdict, now: number): BreakerState {
  switch (verdict.kind) {
    case "throttled":
      return open(breaker, "throttled", now + (verdict.delayMs ?? THROTTLED_MS));
    case "quota":
      return open(
        breaker,
        "quota",
        verdict.delayMs === undefined ? nextMidnight(now) : now + verdict.delayMs,
      );
    case "auth":
      return open(breaker, "auth", now + AUTH_MS);
    case "retry": {
      const failed = { ...breaker, failures: breaker.failures + 1 };
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** breaker.opened, LONGEST_PAUSE_MS);
      return failed.failures >= FAILURES_TO_OPEN
        ? open(failed, "retry", now + Math.max(pause, verdict.delayMs ?? 0))
        : failed;
    }
    default:
      return now < breaker.openUntil ? breaker : CLOSED;
  }
}

export function breakerState(breaker: BreakerState, now: number): "closed" | "open" | "half-open" {
  if (breaker.cause === null) return "closed";
  return now < breaker.openUntil ? "open" : "half-open";
}
