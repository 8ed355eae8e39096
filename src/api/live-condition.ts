import type { LiveMessage } from "../observability/live.ts";
import { readCondition } from "../rules/condition.ts";
import { freshBudget } from "../rules/language/budget.ts";
import type { CheckScope } from "../rules/language/check.ts";

/** What a condition over the live stream may name. */
const NAMES = [
  ["event", "text"],
  ["event_key", "text"],
  ["chain", "text"],
  ["symbol", "text"],
  ["token", "text"],
  ["type", "text"],
  ["state", "text"],
  ["previous_state", "text"],
  ["level", "text"],
  ["risk_level", "text"],
  ["score", "number"],
  ["degraded", "number"],
] as const;
const SCOPE: CheckScope = new Map(NAMES);
const SLOTS = new Map(NAMES.map(([name], slot) => [name as string, slot]));

export const MAX_CONDITION = 500;

export type LiveCondition = (message: LiveMessage) => boolean;
export type LiveConditionReading =
  | { kind: "condition"; holds: LiveCondition }
  | { kind: "refused"; message: string };

/** In the order of NAMES; what a message does not say is null, and compares as false. */
function frameOf(message: Exclude<LiveMessage, { event: "posts" }>): unknown[] {
  const { event, eventKey, chain, symbol, tokenCa, type, state, level, score } = message;
  const ofSignal =
    message.event === "signal"
      ? [message.previousState, message.riskLevel, message.degraded ? 1 : 0]
      : [null, null, null];
  const [previous, risk, degraded] = ofSignal;
  const known = [event, eventKey, chain, symbol, tokenCa, type, state, previous, level, risk];
  return [...known, score, degraded].map((value) => value ?? null);
}

/**
 * A condition in the language of the rules over signals and deliveries, such as `score >= 10 and
 * chain == "sol"`. It lets no batch of posts through.
 */
export function readLiveCondition(text: string): LiveConditionReading {
  const read = readCondition(text, SCOPE, "truth", (name) => SLOTS.get(name) ?? 0);
  if (read.kind === "refused") {
    const [fault] = read.faults;
    const hint = fault?.suggestion ? ` (${fault.suggestion})` : "";
    return { kind: "refused", message: `${fault?.message ?? "is no condition"}${hint}` };
  }
  const { evaluate } = read.condition;
  return {
    kind: "condition",
    holds(message) {
      if (message.event === "posts") return false;
      freshBudget();
      try {
        const value = evaluate(frameOf(message));
        return value === true || value === 1;
      } catch {
        return false;
      }
    },
  };
}
