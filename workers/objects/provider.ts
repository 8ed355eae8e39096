import { DurableObject } from "cloudflare:workers";
import { breakerState } from "../../src/http/breaker.ts";
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
import { isolateOf } from "../compose/isolate.ts";
import { metricsFlusher } from "../compose/shared.ts";
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
    const now = Date.now();
    const after = releaseCall(state, outcome, now);
    this.ctx.storage.kv.put<Kept>("gate", { state: after, limits: outcome.limits });
    this.#report(outcome.provider, state, after, now);
  }

  /** The half-open state is no change of its own: it is an open breaker that tries. */
  #report(provider: string, before: GuardState, after: GuardState, now: number): void {
    const closed = breakerState(after.breaker, now) === "closed";
    if (closed === (breakerState(before.breaker, now) === "closed")) return;
    const isolate = isolateOf(this.env);
    const state = closed ? "closed" : "open";
    isolate.telemetry.count("breaker_changes_total", { provider, state });
    metricsFlusher(this.env, isolate, (work) => this.ctx.waitUntil(work))();
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
