import type { Clock } from "../kit/time.ts";
import { admit, type Gate, type GateState, OPEN_GATE, settled } from "./provider-guard.ts";

/**
 * A gate that knows of this isolate alone: for tests and the simulator, and in the Worker while the
 * shared one cannot be reached.
 */
export function localGate(now: Clock): Gate & { states: ReadonlyMap<string, GateState> } {
  const states = new Map<string, GateState>();
  const of = (provider: string): GateState => states.get(provider) ?? OPEN_GATE;
  return {
    states,
    admit: async (ask) => {
      const { state, admission } = admit(of(ask.provider), ask, now());
      states.set(ask.provider, state);
      return admission;
    },
    settle: async (outcome) => {
      states.set(outcome.provider, settled(of(outcome.provider), outcome, now()));
    },
  };
}
