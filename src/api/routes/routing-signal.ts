import type { FactValue, FactVocabulary } from "../../model/facts.ts";
import { Chain, EventType, Level, RiskLevel, SignalState } from "../../model/scalars.ts";
import type { Signal } from "../../model/signal.ts";
import type { TokenEvent } from "../../model/token-event.ts";
import { SIGNAL_FACTS } from "../../routing/routes.ts";
import { givenFacts } from "../../rules/given-facts.ts";
import type { EventStore } from "../../store/events.ts";

type Tried = {
  signal: Signal;
  event: TokenEvent;
  warnings: { path: string; message: string; suggestion?: string }[];
};

export async function storedSignal(
  eventKey: string,
  store: Pick<EventStore, "event">,
): Promise<Tried | undefined> {
  const found = await store.event(eventKey, 1);
  return found && { signal: found.signal, event: found.event, warnings: [] };
}

/** A signal of facts given by hand. What is left out is that of a verified one without facts. */
export function givenSignal(
  given: Readonly<Record<string, FactValue | boolean>>,
  vocabulary: FactVocabulary,
  now: number,
): Tried {
  const { facts, ignored } = givenFacts(given, { ...vocabulary, ...SIGNAL_FACTS });
  const at = new Date(now).toISOString();
  const text = (name: string): string | null =>
    typeof facts[name] === "string" ? facts[name] : null;
  const number = (name: string, otherwise: number): number =>
    typeof facts[name] === "number" ? facts[name] : otherwise;
  const chain = Chain.safeParse(facts.chain).data ?? "unknown";
  const symbol = text("symbol");
  const eventKey = `${chain}:${text("token_ca") ?? symbol ?? "TEST"}:test`;
  const event: TokenEvent = {
    eventKey,
    type: EventType.safeParse(facts.type).data ?? "mention",
    symbol,
    tokenCa: text("token_ca"),
    chain,
    summary: "",
    ...{ windowStart: at, startTs: at, lastTs: at },
    ...{ evidenceCount: 1, copies: 0, uniqueAuthors: 1 },
  };
  const signal: Signal = {
    eventKey,
    state: SignalState.safeParse(facts.state).data ?? "verified",
    previousState: SignalState.safeParse(facts.previous_state).data ?? null,
    score: number("score", 0),
    level: Level.safeParse(facts.level).data ?? "observe",
    riskLevel: RiskLevel.safeParse(facts.risk_level).data ?? "unknown",
    reasons: [],
    missing: [],
    facts: { evaluatedAt: at, values: facts, origin: {}, degraded: [], notes: [] },
    degraded: false,
    onchainAsofTs: null,
    onchainConfidence: null,
    rulesVersion: "",
    transition: number("transition", 1),
    ts: at,
  };
  const warnings = ignored.map(({ name, ...said }) => ({ path: `facts.${name}`, ...said }));
  return { signal, event, warnings };
}
