import type { Level, RiskLevel, SignalState } from "../model/scalars.ts";
import type { Change } from "./events.ts";
import type { PageRequest, RowPage } from "./paging.ts";

/**
 * A commit that changed the score or the state of a signal: what it became, and what was known of
 * the event by then. Rows are only added, in the statement of the commit, and deleted with their
 * event or by their age.
 */
export type SignalChange = {
  eventKey: string;
  symbol: string | null;
  chain: string;
  /** The event's revision that the commit made. */
  rev: number;
  ts: string;
  state: SignalState;
  /** null at the event's first commit. */
  previousState: SignalState | null;
  score: number;
  previousScore: number | null;
  level: Level;
  riskLevel: RiskLevel;
  transition: number;
  rulesVersion: string;
  evidenceCount: number;
  uniqueAuthors: number;
  /** In USD; null when no provider knew it. */
  liquidity: number | null;
  priceUsd: number | null;
};

const amount = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** What a commit adds to the history; null when it changes neither score nor state. */
export function historyRow({
  before,
  event,
  signal,
}: Pick<Change, "before" | "event" | "signal">): Omit<
  SignalChange,
  "symbol" | "chain" | "rev"
> | null {
  if (before?.score === signal.score && before.state === signal.state) return null;
  const { ts, state, score, level, riskLevel, transition, rulesVersion, facts } = signal;
  const { eventKey, evidenceCount, uniqueAuthors } = event;
  return {
    eventKey,
    ts,
    state,
    previousState: before?.state ?? null,
    score,
    previousScore: before?.score ?? null,
    level,
    riskLevel,
    transition,
    rulesVersion,
    evidenceCount,
    uniqueAuthors,
    liquidity: amount(facts.values.dex_liquidity),
    priceUsd: amount(facts.values.dex_price_usd),
  };
}

/** null: of any event, at any time. `until` is not included. */
export type HistoryFilter = {
  eventKey: string | null;
  since: string | null;
  until: string | null;
};

export type HistoryStore = {
  /** The latest commit first; the order in which rows were written settles equal times. */
  history(filter: HistoryFilter, paging: PageRequest): Promise<RowPage<SignalChange>>;
};
