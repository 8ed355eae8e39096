import type { ChannelConfig } from "../../model/channel-config.ts";
import { canonicalAddress } from "../../model/mention.ts";
import type { Signal } from "../../model/signal.ts";
import type { TokenEvent } from "../../model/token-event.ts";
import type { AuditReport, EventEvidence } from "../index.ts";
import { markOf, type PageMark, pageOf } from "../paging.ts";
import type {
  DeadLetterRow,
  EventFilter,
  EventRow,
  OutboxRow,
  PageRequest,
  PostHistory,
  ReadStore,
  SnapshotRow,
  StalledPosts,
} from "../read.ts";
import { AUDIT } from "./audit.ts";
import { CHANNEL_COLUMNS } from "./channels.ts";
import { EVENT, EVENT_ROW, EVIDENCE, IS_OPEN, SIGNAL } from "./columns.ts";
import { HISTORY } from "./history.ts";
import { LATENCY } from "./latency.ts";
import { OVERVIEW, type OverviewRow } from "./overview.ts";
import { firstRow, isoColumn, jsonParam, type Sql } from "./sql.ts";
import { STALLED } from "./stalled.ts";

type Condition = [clause: string, value: string | number | boolean | null];
type Found<Item> = { item: Item; at: string | null; id: number };

export function readStore(sql: Sql): ReadStore {
  /**
   * Rows that meet every condition whose value is not null, the newest first; `?` in a clause
   * stands for its value.
   */
  async function newestFirst<Item>(
    select: { item: string; from: string; at: string | null; id: string },
    conditions: Condition[],
    { limit, cursor }: PageRequest,
  ) {
    const mark = markOf(cursor);
    const given = conditions.filter(([, value]) => value !== null);
    const params = given.map(([, value]) => value);
    const clauses = given.map(([clause], i) => clause.replace("?", `$${i + 1}`));
    if (mark !== null) {
      clauses.push(
        select.at === null
          ? `${select.id} < $${params.length + 1}`
          : `(${select.at}, ${select.id}) < ($${params.length + 2}::timestamptz, ` +
              `$${params.length + 1}::bigint)`,
      );
      params.push(mark.id, ...(select.at === null ? [] : [mark.at]));
    }
    const text = `
      select ${select.item} as item, ${select.at === null ? "null" : isoColumn(select.at)} as at,
      ${select.id}::float8 as id
      from ${select.from} ${clauses.length > 0 ? `where ${clauses.join(" and ")}` : ""}
      order by ${select.at === null ? "" : `${select.at} desc,`} ${select.id} desc
      limit ${limit + 1}`;
    const rows = await sql.query<Found<Item>>(text, params);
    return pageOf(
      rows,
      limit,
      ({ item }) => item,
      ({ at, id }): PageMark => ({ at, id }),
    );
  }

  const items = async <Item>(text: string, eventKeys: readonly string[]): Promise<Item[]> =>
    (await sql.query<{ item: Item }>(text, [jsonParam([...new Set(eventKeys)])])).map(
      ({ item }) => item,
    );

  return {
    events: (filter, paging) =>
      newestFirst<EventRow>(EVENT_ROWS, matching(filter, "e.last_ts"), paging),
    signals(filter, paging) {
      const ofToken = filter.symbol !== null || filter.tokenCa !== null;
      return newestFirst<Signal>(
        ofToken ? SIGNALS_OF_TOKEN : SIGNAL_ROWS,
        matching(filter, "s.ts"),
        paging,
      );
    },
    async event(eventKey) {
      const text = `select ${EVENT} as event, ${SIGNAL} as signal, ${EVIDENCE} as evidence
        from ${JOINED} where e.event_key = $1`;
      return (
        await sql.query<{ event: TokenEvent; signal: Signal; evidence: EventEvidence[] }>(text, [
          eventKey,
        ])
      )[0];
    },
    async signal(eventKey) {
      return (
        await sql.query<{ signal: Signal }>(
          `select ${SIGNAL} as signal from signals s where s.event_key = $1`,
          [eventKey],
        )
      )[0]?.signal;
    },
    post: async (source, id) =>
      (await sql.query<{ history: PostHistory }>(HISTORY, [source, id]))[0]?.history,
    outbox: (filter, paging) =>
      newestFirst<OutboxRow>(
        OUTBOX_ROWS,
        [
          [
            filter.status === "sending"
              ? `${IS_OPEN} and o.leased_until is not null and 'sending' = ?`
              : "o.leased_until is null and o.status = ?",
            filter.status,
          ],
          ["o.channel_id = ?", filter.channelId],
          ["o.created_at >= ?", filter.since],
        ],
        paging,
      ),
    deadLetters: (filter, paging) =>
      newestFirst<DeadLetterRow>(
        DEAD_LETTER_ROWS,
        [
          ["d.stage = ?", filter.stage],
          ["d.reason = ?", filter.reason],
          ["d.created_at >= ?", filter.since],
          ["(d.replayed_at is not null) = ?", filter.replayed],
        ],
        paging,
      ),
    channelList: async () =>
      (await sql.query<{ channel: ChannelConfig }>(CHANNEL_COLUMNS, [])).map(
        ({ channel }) => channel,
      ),
    audit: async () => (await firstRow(sql.query<{ audit: AuditReport }>(AUDIT, []))).audit,
    latency: async () =>
      (await firstRow(sql.query<{ ms: AuditReport["latencyMs"] }>(LATENCY, []))).ms,
    overview: async (now) => (await firstRow(sql.query<OverviewRow>(OVERVIEW, [now]))).overview,
    stalled: async (stuckBefore, waitedBefore) =>
      (await firstRow(sql.query<{ stalled: StalledPosts }>(STALLED, [stuckBefore, waitedBefore])))
        .stalled,
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
      return items<EventRow>(text, eventKeys);
    },
    async signalsByKey(eventKeys) {
      return items<Signal>(
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
      return items<{ eventKey: string; evidence: EventEvidence[] }>(text, eventKeys);
    },
    async outboxByKey(eventKeys, limit) {
      const text = `
        select ${OUTBOX_ROWS.item} as item from (${GIVEN_KEYS}) as given(event_key) cross
        join lateral (
          select * from push_outbox o where o.event_key = given.event_key order by o.id desc
          limit ${Math.trunc(limit)}
        ) o left join channels c on c.id = o.channel_id order by o.id desc`;
      return items<OutboxRow>(text, eventKeys);
    },
    async ping() {
      await sql.query("select 1", []);
    },
    async migrated() {
      await sql.query(YOUNGEST, []);
    },
  };
}

/** What each migration after the first brought, in one statement that reads no row. */
const YOUNGEST =
  "select a.count, s.previous_state, c.moved_at, o.digest_key from archived a, signals s, " +
  "source_cursors c, push_outbox o limit 0";

const GIVEN_KEYS = "select jsonb_array_elements_text($1::jsonb)";
const JOINED = "events e join signals s using (event_key)";
const EVENT_ROWS = {
  item: EVENT_ROW,
  from: JOINED,
  at: "e.last_ts",
  id: "e.id",
};
const SIGNAL_ROWS = { item: SIGNAL, from: JOINED, at: "s.ts", id: "s.id" };
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

const SHOWN_STATUS = `case when ${IS_OPEN} and o.leased_until is not null then 'sending' else
  o.status end`;
const OUTBOX_ROWS = {
  item: `json_build_object(
    'id', o.id, 'channelId', o.channel_id, 'channel', coalesce(c.name, o.channel_id::text),
    'eventKey', o.event_key, 'status', ${SHOWN_STATUS},
    'retryCount', o.retry_count, 'nextRetryAt', case when ${IS_OPEN}
    then ${isoColumn("o.next_retry_at")} end, 'createdAt', ${isoColumn("o.created_at")},
    'finishedAt', ${isoColumn("o.finished_at")}, 'idemKey', o.idem_key, 'payload', o.payload_json,
    'attempts', coalesce((
      select jsonb_agg(jsonb_build_object('at', ${isoColumn("a.at")}, 'result', a.status,
      'httpStatus', a.http_status, 'ms', a.ms, 'error', a.error) order by a.id)
      from deliveries a where a.outbox_id = o.id), '[]'))`,
  from: "push_outbox o left join channels c on c.id = o.channel_id",
  at: null,
  id: "o.id",
};
const DEAD_LETTER_ROWS = {
  item: `json_build_object(
    'id', d.id, 'stage', d.stage, 'reason', d.reason, 'error', d.error, 'payload', d.payload,
    'attempts', d.attempts, 'subject', d.subject,
    'advice', d.advice, 'createdAt', ${isoColumn("d.created_at")}, 'replayedAt',
    ${isoColumn("d.replayed_at")}, 'replays', d.replays)`,
  from: "dead_letters d",
  at: null,
  id: "d.id",
};
