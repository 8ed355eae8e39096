import { DurableObject } from "cloudflare:workers";
import {
  acquireCall,
  type CallOutcome,
  FRESH_GUARD,
  type GuardAdmission,
  type GuardRequest,
  type GuardState,
  type ProviderLimits,
  type ProviderStatus,
  releaseCall,
  statusOf,
} from "../../src/http/provider-guard.ts";
import type { Bindings } from "../env.ts";
import type { ProviderRpc } from "./rpc.ts";

type Kept = { state: GuardState; limits: ProviderLimits | null };

/**
 * The guard of one provider: its pace, breaker and daily budget, kept across all isolates. Both
 * calls change the state without awaiting anything, so no two of them can take the same turn; the
 * state is stored with each change, so an eviction forgets no call and no spending.
 */
export class ProviderObject extends DurableObject<Bindings> implements ProviderRpc {
  #read(): Kept {
    return this.ctx.storage.kv.get<Kept>("gate") ?? { state: FRESH_GUARD, limits: null };
  }

  acquire(request: GuardRequest): GuardAdmission {
    const { state, admission } = acquireCall(this.#read().state, request, Date.now());
    if (admission.kind === "go")
      this.ctx.storage.kv.put<Kept>("gate", { state, limits: request.limits });
    return admission;
  }

  release(outcome: CallOutcome): void {
    const { state } = this.#read();
    this.ctx.storage.kv.put<Kept>("gate", {
      state: releaseCall(state, outcome, Date.now()),
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
