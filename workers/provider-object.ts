import { DurableObject } from "cloudflare:workers";
import { localGuard } from "../src/http/local-guard.ts";
import {
  admitCall,
  type CallOutcome,
  FRESH_GUARD,
  type GuardAdmission,
  type GuardRequest,
  type GuardState,
  type ProviderGuard,
  type ProviderLimits,
  type ProviderStatus,
  settleCall,
  statusOf,
} from "../src/http/provider-guard.ts";
import type { Clock } from "../src/kit/time.ts";
import type { Bindings } from "./env.ts";

type Kept = { state: GuardState; limits: ProviderLimits | null };

/**
 * The gate of one provider: its pace, breaker and daily budget, kept across all isolates. Both
 * calls change the state without awaiting anything, so no two of them can take the same turn; the
 * state is stored with each change, so an eviction forgets no call and no spending.
 */
export class ProviderObject extends DurableObject<Bindings> {
  #read(): Kept {
    return this.ctx.storage.kv.get<Kept>("gate") ?? { state: FRESH_GUARD, limits: null };
  }

  admit(ask: GuardRequest): GuardAdmission {
    const { state, admission } = admitCall(this.#read().state, ask, Date.now());
    if (admission.kind === "go")
      this.ctx.storage.kv.put<Kept>("gate", { state, limits: ask.limits });
    return admission;
  }

  settle(outcome: CallOutcome): void {
    const { state } = this.#read();
    this.ctx.storage.kv.put<Kept>("gate", {
      state: settleCall(state, outcome, Date.now()),
      limits: outcome.limits,
    });
  }

  status(provider: string): ProviderStatus {
    const { state, limits } = this.#read();
    return statusOf(provider, state, limits, Date.now());
  }

  /**
   * An operator fixed what the breaker could not know: credentials, credits. Pace and spending
   * stay.
   */
  reset(): void {
    const { state, limits } = this.#read();
    this.ctx.storage.kv.put<Kept>("gate", {
      state: { ...FRESH_GUARD, grants: state.grants, spending: state.spending },
      limits,
    });
  }
}

/** How long an isolate believes a refusal without asking again. */
const BELIEVE_MS = 5_000;

/**
 * What the isolates share of themselves: believed refusals, and the gates used while an object
 * cannot be reached.
 */
export type GateMemory = {
  refusals: Map<string, { admission: GuardAdmission; until: number }>;
  local: ProviderGuard;
};
export const gateMemory = (now: Clock): GateMemory => ({
  refusals: new Map(),
  local: localGuard(now),
});

/**
 * The shared gate as an isolate sees it. While the object of a provider is out of reach the isolate
 * keeps pace and breaker on its own.
 */
export function sharedGate(
  providers: Bindings["PROVIDERS"],
  memory: GateMemory,
  now: Clock,
): ProviderGuard {
  const object = (provider: string) => providers.get(providers.idFromName(provider));
  return {
    async admit(ask) {
      const believed = memory.refusals.get(ask.provider);
      if (believed !== undefined && now() < believed.until) return believed.admission;
      try {
        const admission: GuardAdmission = await object(ask.provider).admit(ask);
        const lasts =
          admission.kind === "no" &&
          admission.delayMs > BELIEVE_MS &&
          admission.reason.startsWith("breaker");
        if (lasts) memory.refusals.set(ask.provider, { admission, until: now() + BELIEVE_MS });
        return admission;
      } catch {
        return memory.local.admit(ask);
      }
    },
    async settle(outcome) {
      try {
        await object(outcome.provider).settle(outcome);
      } catch {
        await memory.local.settle(outcome);
      }
    },
  };
}
