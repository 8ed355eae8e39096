import type { Clock } from "../kit/time.ts";
import {
  acquireCall,
  FRESH_GUARD,
  type GuardState,
  type ProviderGuard,
  releaseCall,
} from "./provider-guard.ts";

/**
 * A guard of this isolate alone: for tests and the simulator, and in the Worker while the shared
 * one cannot be reached.
 */
export function localGuard(
  now: Clock,
): ProviderGuard & { states: ReadonlyMap<string, GuardState> } {
  const states = new Map<string, GuardState>();
  const of = (provider: string): GuardState => states.get(provider) ?? FRESH_GUARD;
  return {
    states,
    acquire: async (request) => {
      const { state, admission } = acquireCall(of(request.provider), request, now());
      states.set(request.provider, state);
      return admission;
    },
    release: async (outcome) => {
      states.set(outcome.provider, releaseCall(of(outcome.provider), outcome, now()));
    },
  };
}
