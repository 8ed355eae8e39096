import type { Clock } from "../kit/time.ts";
import {
  admitCall,
  FRESH_GUARD,
  type GuardState,
  type ProviderGuard,
  settleCall,
} from "./provider-guard.ts";

/**
 * A gate that knows of this isolate alone: for tests and the simulator, and in the Worker while the
 * shared one cannot be reached.
 */
export function localGuard(
  now: Clock,
): ProviderGuard & { states: ReadonlyMap<string, GuardState> } {
  const states = new Map<string, GuardState>();
  const of = (provider: string): GuardState => states.get(provider) ?? FRESH_GUARD;
  return {
    states,
    admit: async (ask) => {
      const { state, admission } = admitCall(of(ask.provider), ask, now());
      states.set(ask.provider, state);
      return admission;
    },
    settle: async (outcome) => {
      states.set(outcome.provider, settleCall(of(outcome.provider), outcome, now()));
    },
  };
}
