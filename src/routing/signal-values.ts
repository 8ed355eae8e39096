import type { FactValues } from "../model/facts.ts";
import type { Signal } from "../model/signal.ts";
import type { TokenEvent } from "../model/token-event.ts";

type Headline = Pick<TokenEvent, "type" | "chain" | "symbol" | "tokenCa">;

/** What conditions of routes read of a signal: its facts, and what it says itself. */
export const signalValues = (signal: Signal, event: Headline): FactValues => ({
  ...signal.facts.values,
  score: signal.score,
  state: signal.state,
  previous_state: signal.previousState,
  level: signal.level,
  risk_level: signal.riskLevel,
  transition: signal.transition,
  type: event.type,
  chain: event.chain,
  symbol: event.symbol,
  token_ca: event.tokenCa,
});
