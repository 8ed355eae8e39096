import type { Verdict, VerdictKind } from "./verdict.ts";

/**
 * Whether a service is being left alone, as plain data that survives a restart. Times are ms since
 * the epoch.
 */
export type BreakerState = {
  /** Failures in a row. */
  failures: number;
  /** Times it opened in a row: each doubles the pause. */
  opened: number;
  openUntil: number;
  /** What opened it; null while closed. */
  cause: VerdictKind | null;
  /** One trial call at a time after a pause: until when the present one may take. */
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

/** Whether a call may go now, and the breaker with that call marked as the trial when it is one. */
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
 * The breaker after an answer. A service that answers, be it to refuse, is alive. Waits that it
 * asks for are obeyed; without one a throttle lasts a minute, a used-up quota until midnight UTC,
 * refused credentials 15 minutes. Five faults in a row open it for 30 s, doubling to 10 min.
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
