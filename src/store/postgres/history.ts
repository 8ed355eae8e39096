import type { HistoryStore, SignalChange } from "../history.ts";
import { isoColumn, newestFirst, type Sql } from "./sql.ts";

const ITEM = `json_build_object(
  'eventKey', h.event_key, 'symbol', e.symbol, 'chain', e.chain, 'rev', h.rev,
  'ts', ${isoColumn("h.ts")}, 'state', h.state, 'previousState', h.previous_state,
  'score', h.score, 'previousScore', h.previous_score, 'level', h.level,
  'riskLevel', h.risk_level, 'transition', h.transition, 'rulesVersion', h.rules_version,
  'evidenceCount', h.evidence_count, 'uniqueAuthors', h.unique_authors,
  'liquidity', h.liquidity, 'priceUsd', h.price_usd)`;

const ROWS = {
  item: ITEM,
  from: "signal_history h join events e using (event_key)",
  at: "h.ts",
  id: "h.id",
};

export const historyStore = (sql: Sql): HistoryStore => ({
  history: ({ eventKey, since, until }, paging) =>
    newestFirst<SignalChange>(
      sql,
      ROWS,
      [
        ["h.event_key = ?", eventKey],
        ["h.ts >= ?", since],
        ["h.ts < ?", until],
      ],
      paging,
    ),
});
