import { canonicalAddress } from "../../../model/mention.ts";
import type { Signal } from "../../../model/signal.ts";
import type { TokenEvent } from "../../../model/token-event.ts";
import {
  type Change,
  type EventEvidence,
  type EventFilter,
  type EventRow,
  type EventState,
  type EventStore,
  LOADED_PIECES,
  type RelatedEvents,
  type SnapshotRow,
} from "../../events.ts";
import { type OrderedRequest, pageOf, textMarkOf } from "../../paging.ts";
import { EVENT, EVENT_ROW, SIGNAL, signalWithFacts } from "../columns.ts";
import { byItself, type Gather } from "../gather.ts";
import {
  type Condition,
  firstRow,
  GIVEN_KEYS,
  isoColumn,
  itemsByKey,
  newestFirst,
  type Sql,
} from "../sql.ts";
import { commitTogether, statementsOf } from "./commit.ts";
import { EVENT_LINE, RELATED_EVENTS, SIGNAL_LINE } from "./listed.ts";

/** $2 pieces of evidence of the event $1, in event time: the first in this order. */
const someEvidence = (order: string): string => `coalesce((
  select jsonb_agg(mention order by posted_at, evidence_id collate "C") from (
    select * from event_evidence where event_key = $1 order by ${order} limit $2::int) v
), '[]')`;

/** Any pieces, along the primary key. */
const LOAD = `
select e.rev, ${EVENT} as event, ${SIGNAL} as signal, ${someEvidence("evidence_id")} as evidence
from events e join signals s using (event_key) where e.event_key = $1`;

/** Along the primary key. Evidence of before there were revisions on it counts as of revision 0. */
const EVIDENCE_PAGE = `
select coalesce(jsonb_agg(mention order by evidence_id), '[]') as evidence from (
  select mention, evidence_id from event_evidence
  where event_key = $1 and evidence_id > $3 and coalesce(rev, 0) > $2::int
  order by evidence_id limit $4::int
) v`;

/**
 * `gather`: whether commits that meet share a statement. Their callers then share promises, so that
 * such a store is made for each object and never for an isolate.
 */
export function eventStore(sql: Sql, gather: Gather = byItself): EventStore {
  function signalRows<Item>(item: string, filter: EventFilter, paging: OrderedRequest) {
    const ofToken = filter.symbol !== null || filter.tokenCa !== null;
    const rows = { ...(ofToken ? SIGNALS_OF_TOKEN : SIGNAL_ROWS), item };
    return newestFirst<Item>(
      sql,
      paging.order === "id" ? { ...rows, at: null } : rows,
      matching(filter, "s.ts"),
      paging,
    );
  }
  return {
    load: async (eventKey, pieces = LOADED_PIECES) =>
      (await sql.query<EventState>(LOAD, [eventKey, pieces]))[0],
    async evidence(eventKey, { sinceRev, after, limit }) {
      const params = [eventKey, sinceRev, after, limit];
      return (await firstRow(sql.query<{ evidence: EventEvidence[] }>(EVIDENCE_PAGE, params)))
        .evidence;
    },
    commit: gather((changes: Change[]) => commitTogether(sql, changes), statementsOf),
    events: (filter, paging) =>
      newestFirst<EventRow>(sql, EVENT_ROWS, matching(filter, "e.last_ts"), paging),
    eventLines: (filter, paging) =>
      newestFirst<string>(
        sql,
        { ...EVENT_ROWS, item: EVENT_LINE },
        matching(filter, "e.last_ts"),
        paging,
      ),
    signals: (filter, paging) =>
      signalRows<Signal>(paging.facts ? signalWithFacts(paging.facts) : SIGNAL, filter, paging),
    signalLines: (filter, paging) => signalRows<string>(SIGNAL_LINE, filter, paging),
    async event(eventKey, pieces = LOADED_PIECES) {
      const earliest = someEvidence(`posted_at, evidence_id collate "C"`);
      const text = `select ${EVENT} as event, ${SIGNAL} as signal, ${earliest} as evidence
        from ${JOINED} where e.event_key = $1`;
      type Found = { event: TokenEvent; signal: Signal; evidence: EventEvidence[] };
      return (await sql.query<Found>(text, [eventKey, pieces]))[0];
    },
    async evidenceInTime(eventKey, { limit, cursor, order }) {
      const mark = textMarkOf(cursor);
      const [beyond, way] = order === "latest" ? ["<", "desc"] : [">", "asc"];
      const text = `
        select mention as item, ${isoColumn("posted_at")} as at, evidence_id as id
        from event_evidence where event_key = $1 ${mark === null ? "" : evidenceBeyond(beyond)}
        order by posted_at ${way}, evidence_id collate "C" ${way} limit ${Math.trunc(limit) + 1}`;
      const params = mark === null ? [eventKey] : [eventKey, mark.at, mark.id];
      type Found = { item: EventEvidence; at: string; id: string };
      return pageOf(
        await sql.query<Found>(text, params),
        limit,
        ({ item }) => item,
        ({ at, id }) => ({ at, id }),
      );
    },
    async signal(eventKey) {
      return (
        await sql.query<{ signal: Signal }>(
          `select ${SIGNAL} as signal from signals s where s.event_key = $1`,
          [eventKey],
        )
      )[0]?.signal;
    },
    async snapshots(since, limit) {
      const text = `
        select e.event_key as "eventKey", s.rules_version as "rulesVersion", ${SIGNAL} as signal,
        ${EVENT} as event
        from ${JOINED} where s.ts >= $1 order by s.ts desc, s.id desc limit $2`;
      return sql.query<SnapshotRow>(text, [since, limit]);
    },
    async eventsByKey(eventKeys) {
      const text = `select ${EVENT_ROWS.item} as item from ${JOINED}
        where e.event_key in (${GIVEN_KEYS})`;
      return itemsByKey<EventRow>(sql, text, eventKeys);
    },
    async signalsByKey(eventKeys) {
      return itemsByKey<Signal>(
        sql,
        `select ${SIGNAL} as item from signals s where s.event_key in (${GIVEN_KEYS})`,
        eventKeys,
      );
    },
    async evidenceByKey(eventKeys, limit) {
      const text = `
        select jsonb_build_object('eventKey', e.event_key, 'evidence', coalesce((
          select jsonb_agg(mention order by posted_at, evidence_id collate "C") from (
            select * from event_evidence v where v.event_key = e.event_key
            order by v.posted_at, v.evidence_id collate "C" limit ${Math.trunc(limit)}) v), '[]'))
            as item
        from events e where e.event_key in (${GIVEN_KEYS})`;
      return itemsByKey<{ eventKey: string; evidence: EventEvidence[] }>(sql, text, eventKeys);
    },
    relatedEvents: (eventKeys) => itemsByKey<RelatedEvents>(sql, RELATED_EVENTS, eventKeys),
  };
}

const evidenceBeyond = (operator: string): string =>
  `and (posted_at, evidence_id collate "C") ${operator} ` +
  `($2::timestamptz, $3::text collate "C")`;

const JOINED = "events e join signals s using (event_key)";

const EVENT_ROWS = {
  item: EVENT_ROW,
  from: JOINED,
  at: "e.last_ts",
  id: "e.id",
};

const SIGNAL_ROWS = { from: JOINED, at: "s.ts", id: "s.id" };

/**
 * From the few events of a token to their signals: "offset 0" keeps the planner from a walk along
 * the signals of all tokens in the order of time.
 */
const SIGNALS_OF_TOKEN = {
  ...SIGNAL_ROWS,
  from:
    "events e cross join lateral (select * from signals where event_key = e.event_key offset " +
    "0) s",
};

const matching = (filter: EventFilter, ts: string): Condition[] => [
  ["e.type = ?", filter.type],
  ["e.chain = ?", filter.chain],
  ["e.symbol = ?", filter.symbol?.toUpperCase() ?? null],
  ["e.token_ca = ?", filter.tokenCa && canonicalAddress(filter.tokenCa)],
  ["s.state = ?", filter.state],
  ["s.score >= ?", filter.minScore],
  [`${ts} >= ?`, filter.since],
  [`${ts} < ?`, filter.until],
];
