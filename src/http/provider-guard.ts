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

/** What a provider's adapter promises to keep to. */
export type ProviderLimits = { pace: CallPace; dailyBudget: number | null };

export type GuardRequest = {
  provider: string;
  limits: ProviderLimits;
  /** How long the caller can wait for its turn. */
  patienceMs: number;
  /** Of the daily budget: as much as it can use, and the least that makes the call worth while. */
  cost?: { want: number; atLeast: number };
};

export type GuardAdmission =
  /** Wait so long, then call. `permit` goes back with the outcome; `cost` is what may be spent. */
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

/** All that is kept of one provider. */
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
 * The port: one gate for a provider across all isolates keeps its pace, its budget and its breaker.
 * Neither call throws; when the shared state cannot be reached, an isolate keeps its own.
 */
export type ProviderGuard = {
  admit(ask: GuardRequest): Promise<GuardAdmission>;
  settle(outcome: CallOutcome): Promise<void>;
};

const no = (cause: VerdictKind, reason: string, delayMs: number): GuardAdmission => ({
  kind: "no",
  cause,
  reason,
  delayMs,
});
const msToMidnight = (now: number): number => 86_400_000 - (now % 86_400_000);

export function admitCall(
  state: GuardState,
  ask: GuardRequest,
  now: number,
): { state: GuardState; admission: GuardAdmission } {
  const open = breakerAdmits(state.breaker, now);
  if (open.kind === "no") {
    const cause = state.breaker.cause ?? "retry";
    return { state, admission: no(cause, `breaker open after ${cause}`, open.until - now) };
  }
  const slot = nextSlot(state.grants, ask.limits.pace, now);
  if (slot - now > ask.patienceMs)
    return { state, admission: no("throttled", "kept under the pace limit", slot - now) };
  const want = ask.cost ?? { want: 0, atLeast: 0 };
  const { taken, spending } = takeQuota(
    state.spending,
    want,
    ask.limits.dailyBudget ?? Number.MAX_SAFE_INTEGER,
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

export function settleCall(
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

/** For people: the provider as the page and the CLI show it. */
export type ProviderStatus = {
  provider: string;
  breaker: "closed" | "open" | "half-open";
  cause: VerdictKind | null;
  openUntil: string | null;
  callsLastMinute: number;
  perMinute: number | null;
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
    budgetLeft:
      limits === null || limits.dailyBudget === null
        ? null
        : quotaLeft(spending, limits.dailyBudget, now),
    last: last && { ...last, at: new Date(last.at).toISOString() },
  };
}
