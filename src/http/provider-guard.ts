import { type BreakerState, breakerAdmits, breakerAfter, breakerState, CLOSED } from "./breaker.ts";
import { type QuotaUsage, quotaLeft, settleQuota, takeQuota, UNSPENT } from "./quota.ts";
import {
  type CallPace,
  type CallTimes,
  nextSlot,
  recordAnswer,
  recordGrant,
} from "./sliding-window.ts";
import type { Verdict, VerdictKind } from "./verdict.ts";

/** The limits that a provider's adapter keeps. */
export type ProviderLimits = { pace: CallPace; dailyBudget: number | null };

export type GuardRequest = {
  provider: string;
  limits: ProviderLimits;
  /** How long the caller can wait for the pace, in ms. */
  patienceMs: number;
  /** In units of the daily budget: the most that the call can use, and the least it needs. */
  cost?: { want: number; atLeast: number };
};

export type GuardAdmission =
  /** Call after `waitMs`, spend `cost` at most, and return `permit` with the outcome. */
  | { kind: "go"; waitMs: number; cost: number; permit: CallPermit }
  /** Do not call before `delayMs` have passed. */
  | { kind: "no"; cause: VerdictKind; reason: string; delayMs: number };

export type CallPermit = { slot: number; taken: number; day: string };
export type CallOutcome = {
  provider: string;
  limits: ProviderLimits;
  permit: CallPermit;
  verdict: Verdict;
  spent: number;
};

/** The state of one provider. */
export type GuardState = {
  breaker: BreakerState;
  grants: CallTimes;
  spending: QuotaUsage;
  last: { at: number; kind: VerdictKind; reason: string } | null;
};
export const FRESH_GUARD: GuardState = {
  breaker: CLOSED,
  grants: [],
  spending: UNSPENT,
  last: null,
};

/**
 * The port: one guard for each provider, shared by all isolates, keeps its pace, budget and
 * breaker. Neither call throws: while the shared state cannot be reached, an isolate uses its own.
 */
export type ProviderGuard = {
  acquire(request: GuardRequest): Promise<GuardAdmission>;
  release(outcome: CallOutcome): Promise<void>;
};

const no = (cause: VerdictKind, reason: string, delayMs: number): GuardAdmission => ({
  kind: "no",
  cause,
  reason,
  delayMs,
});
const msToMidnight = (now: number): number => 86_400_000 - (now % 86_400_000);

export function acquireCall(
  state: GuardState,
  request: GuardRequest,
  now: number,
): { state: GuardState; admission: GuardAdmission } {
  const open = breakerAdmits(state.breaker, now);
  if (open.kind === "no") {
    const cause = state.breaker.cause ?? "retry";
    return { state, admission: no(cause, `breaker open after ${cause}`, open.until - now) };
  }
  const slot = nextSlot(state.grants, request.limits.pace, now);
  if (slot - now > request.patienceMs)
    return { state, admission: no("throttled", "kept under the pace limit", slot - now) };
  const want = request.cost ?? { want: 0, atLeast: 0 };
  const { taken, spending } = takeQuota(
    state.spending,
    want,
    request.limits.dailyBudget ?? Number.MAX_SAFE_INTEGER,
    now,
  );
  if (taken < want.atLeast)
    return { state, admission: no("quota", "daily budget used up", msToMidnight(now)) };
  return {
    state: {
      ...state,
      breaker: open.breaker,
      grants: recordGrant(state.grants, slot, now),
      spending,
    },
    admission: {
      kind: "go",
      waitMs: slot - now,
      cost: taken,
      permit: { slot, taken, day: spending.day },
    },
  };
}

export function releaseCall(
  state: GuardState,
  { permit, verdict, spent }: Omit<CallOutcome, "provider" | "limits">,
  now: number,
): GuardState {
  return {
    breaker: breakerAfter(state.breaker, verdict, now),
    grants: recordAnswer(state.grants, permit.slot, now),
    spending: settleQuota(state.spending, permit.taken, spent, permit.day),
    last: { at: now, kind: verdict.kind, reason: verdict.reason },
  };
}

/** The provider as the page and the CLI show it. */
export type ProviderStatus = {
  provider: string;
  breaker: "closed" | "open" | "half-open";
  cause: VerdictKind | null;
  openUntil: string | null;
  callsLastMinute: number;
  perMinute: number | null;
  /** Of the day, in the provider's own units; null without one. */
  budget: number | null;
  budgetLeft: number | null;
  last: { at: string; kind: VerdictKind; reason: string } | null;
};

export function statusOf(
  provider: string,
  state: GuardState,
  limits: ProviderLimits | null,
  now: number,
): ProviderStatus {
  const { breaker, grants, spending, last } = state;
  return {
    provider,
    breaker: breakerState(breaker, now),
    cause: breaker.cause,
    openUntil: now < breaker.openUntil ? new Date(breaker.openUntil).toISOString() : null,
    callsLastMinute: grants.filter((at) => at > now - 60_000 && at <= now).length,
    perMinute: limits?.pace.perMinute ?? null,
    budget: limits?.dailyBudget ?? null,
    budgetLeft:
      limits === null || limits.dailyBudget === null
        ? null
        : quotaLeft(spending, limits.dailyBudget, now),
    last: last && { ...last, at: new Date(last.at).toISOString() },
  };
}
