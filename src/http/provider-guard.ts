import { admits, type Breaker, breakerAfter, breakerState, CLOSED } from "./breaker.ts";
import { left, type Spending, settle, take, UNSPENT } from "./quota.ts";
import { answered, type Grants, granted, nextSlot, type Pace } from "./sliding-window.ts";
import type { Verdict, VerdictKind } from "./verdict.ts";

/** What a provider's adapter promises to keep to. */
export type Limits = { pace: Pace; dailyBudget: number | null };

export type Ask = {
  provider: string;
  limits: Limits;
  /** How long the caller can wait for its turn. */
  patienceMs: number;
  /** Of the daily budget: as much as it can use, and the least that makes the call worth while. */
  cost?: { want: number; atLeast: number };
};

export type Admission =
  /** Wait so long, then call. `permit` goes back with the outcome; `cost` is what may be spent. */
  | { kind: "go"; waitMs: number; cost: number; permit: Permit }
  /** Do not call before `delayMs` have passed. */
  | { kind: "no"; cause: VerdictKind; reason: string; delayMs: number };

export type Permit = { slot: number; taken: number; day: string };
export type Outcome = {
  provider: string;
  limits: Limits;
  permit: Permit;
  verdict: Verdict;
  spent: number;
};

/** All that is kept of one provider. */
export type GateState = {
  breaker: Breaker;
  grants: Grants;
  spending: Spending;
  last: { at: number; kind: VerdictKind; reason: string } | null;
};
export const OPEN_GATE: GateState = { breaker: CLOSED, grants: [], spending: UNSPENT, last: null };

/**
 * The port: one gate for a provider across all isolates keeps its pace, its budget and its breaker.
 * Neither call throws; when the shared state cannot be reached, an isolate keeps its own.
 */
export type Gate = {
  admit(ask: Ask): Promise<Admission>;
  settle(outcome: Outcome): Promise<void>;
};

const no = (cause: VerdictKind, reason: string, delayMs: number): Admission => ({
  kind: "no",
  cause,
  reason,
  delayMs,
});
const msToMidnight = (now: number): number => 86_400_000 - (now % 86_400_000);

export function admit(
  state: GateState,
  ask: Ask,
  now: number,
): { state: GateState; admission: Admission } {
  const open = admits(state.breaker, now);
  if (open.kind === "no") {
    const cause = state.breaker.cause ?? "retry";
    return { state, admission: no(cause, `breaker open after ${cause}`, open.until - now) };
  }
  const slot = nextSlot(state.grants, ask.limits.pace, now);
  if (slot - now > ask.patienceMs)
    return { state, admission: no("throttled", "kept under the pace limit", slot - now) };
  const want = ask.cost ?? { want: 0, atLeast: 0 };
  const { taken, spending } = take(
    state.spending,
    want,
    ask.limits.dailyBudget ?? Number.MAX_SAFE_INTEGER,
    now,
  );
  if (taken < want.atLeast)
    return { state, admission: no("quota", "daily budget used up", msToMidnight(now)) };
  return {
    state: { ...state, breaker: open.breaker, grants: granted(state.grants, slot, now), spending },
    admission: {
      kind: "go",
      waitMs: slot - now,
      cost: taken,
      permit: { slot, taken, day: spending.day },
    },
  };
}

export function settled(
  state: GateState,
  { permit, verdict, spent }: Omit<Outcome, "provider" | "limits">,
  now: number,
): GateState {
  return {
    breaker: breakerAfter(state.breaker, verdict, now),
    grants: answered(state.grants, permit.slot, now),
    spending: settle(state.spending, permit.taken, spent, permit.day),
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
  state: GateState,
  limits: Limits | null,
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
        : left(spending, limits.dailyBudget, now),
    last: last && { ...last, at: new Date(last.at).toISOString() },
  };
}
