import type { PriorMessage } from "../../model/delivery.ts";
import type {
  DueDelivery,
  OutboxRow,
  OutboxStore,
  OverdueDelivery,
  ReopenedDelivery,
} from "../outbox.ts";
import { AUDITED, DUE_DELIVERY, IS_DUE, IS_OPEN, REOPENED, WAITS_FOR } from "./columns.ts";
import {
  GIVEN_KEYS,
  isoColumn,
  itemsByKey,
  jsonParam,
  newestFirst,
  OWN,
  optionalJson,
  type Sql,
} from "./sql.ts";

const OVERDUE = `${DUE_DELIVERY} || jsonb_build_object('since', ${isoColumn(WAITS_FOR)})`;

/**
 * The longest due of a channel, by the index that has each channel's open rows in this order. On
 * its way it passes those under a live lease, which are as few as a channel has under way.
 */
const dueOf = (channel: string, more = ""): string => `
  select ${OVERDUE} as due, ${WAITS_FOR} as since, o.id from push_outbox o
  where o.channel_id = ${channel} and ${IS_OPEN} and ${IS_DUE("$1::timestamptz")} ${more}
  order by o.next_retry_at, o.id limit $2::int`;

const inTurn = (due: string): string =>
  `select due from (${due}) waiting order by since, waiting.id`;

const openFrom = (after: string): string =>
  `select o.channel_id as id from push_outbox o where ${IS_OPEN} ${after} order by o.channel_id
    limit 1`;

/** "channel" steps from one channel with open rows to the next, and so reads one row of each. */
const DUE_OF_EACH = `
with recursive channel as (
  (${openFrom("")})
  union all
  select next.id from channel, lateral (${openFrom("and o.channel_id > channel.id")}) next
)
select due from channel, lateral (${dueOf("channel.id")}) waiting order by since, waiting.id`;

const OF_GROUP = "and o.payload_json->'routing'->>'group' is not distinct from $4::text";

/** Counted with their event, as those of a commit are. */
const ADD = `
with draft as (
  insert into push_outbox (channel_id, event_key, payload_json, idem_key, not_before, next_retry_at,
  created_at, tenant)
  select "channelId", "eventKey", payload, "idemKey", "notBefore", coalesce("notBefore",
  $2::timestamptz), $2::timestamptz, coalesce(
    d.tenant, (select c.tenant from channels c where c.id = d."channelId"), 'default')
  from jsonb_to_recordset($1::jsonb) as d("channelId" bigint, "eventKey" text, payload jsonb,
  "idemKey" text, "notBefore" timestamptz, tenant text)
  on conflict (idem_key) do nothing
  returning event_key
),
added as (select event_key, count(*)::int as count from draft group by event_key),
held as (
  select e.event_key, a.count from events e join added a using (event_key)
  order by e.event_key for update of e
)
update events e set delivery_count = e.delivery_count + held.count from held
where e.event_key = held.event_key`;

/**
 * Of the rows by next_retry_at none after the first without a lease is due earlier than that one.
 * Null when nothing is open.
 */
export const NEXT_DUE = `select ${isoColumn(`min(${WAITS_FOR})`)} as next from push_outbox o
  where ${IS_OPEN} and o.next_retry_at <= coalesce((
    select o.next_retry_at from push_outbox o where ${IS_OPEN} and o.leased_until is null
    order by o.next_retry_at, o.id limit 1), 'infinity')`;

const DIGEST_ROWS = `select o.id::float8 as id from push_outbox o where o.channel_id = $1::bigint
  and o.digest_key = $2 and ${IS_OPEN} order by o.id`;

export function outboxStore(sql: Sql): OutboxStore {
  return {
    async digestRows(channelId, digestKey) {
      const rows = await sql.query<{ id: number }>(DIGEST_ROWS, [channelId, digestKey]);
      return rows.map(({ id }) => id);
    },
    async due(now, limit, channelId, group) {
      const find = (text: string, ...more: (string | number | null)[]) =>
        sql.query<{ due: OverdueDelivery }>(text, [now, limit, ...more]);
      const rows = await (channelId === undefined
        ? find(DUE_OF_EACH)
        : group === undefined
          ? find(inTurn(dueOf("$3::bigint")), channelId)
          : find(inTurn(dueOf("$3::bigint", OF_GROUP)), channelId, group));
      return rows.map(({ due }) => due);
    },
    async addDeliveries(drafts, at) {
      await sql.query(ADD, [jsonParam(drafts), at]);
    },
    nextDue: async () => (await sql.query<{ next: string }>(NEXT_DUE, []))[0]?.next ?? null,
    async reopen(id, now, entry) {
      const [row] = await sql.query<{ kind: ReopenedDelivery["kind"]; delivery: DueDelivery }>(
        REOPEN,
        [id, now, optionalJson(entry)],
      );
      if (row === undefined) return { kind: "unknown" };
      return row.kind === "reopened"
        ? { kind: "reopened", delivery: row.delivery }
        : { kind: row.kind };
    },
    async bringForward(channelId, now) {
      await sql.query(BRING_FORWARD, [channelId, now]);
    },
    async lastOfGroup(channelId, group, since) {
      const text = `select ${isoColumn("max(o.finished_at)")} as at from push_outbox o
        where o.channel_id = $1::bigint and o.status = 'done' and o.finished_at > $3::timestamptz
        and o.payload_json->'routing'->>'group' = $2 and exists (select from deliveries d
        where d.outbox_id = o.id and d.status in ('ok', 'empty', 'partial'))`;
      const rows = await sql.query<{ at: string | null }>(text, [channelId, group, since]);
      return rows[0]?.at ?? null;
    },
    async gatherGroup(channelId, group, now) {
      await sql.query(GATHER_GROUP, [channelId, group, now]);
    },
    askMutedAt: async (at) => (await sql.query(ASK_MUTED_AT, [at])).length > 0,
    async lastMessage(channelId, eventKey) {
      return (await sql.query<PriorMessage>(LAST_MESSAGE, [channelId, eventKey]))[0] ?? null;
    },
    outbox: (filter, paging) =>
      newestFirst<OutboxRow>(
        sql,
        OUTBOX_ROWS,
        [
          [
            filter.status === "sending"
              ? `${IS_OPEN} and o.leased_until is not null and 'sending' = ?`
              : "o.leased_until is null and o.status = ?",
            filter.status,
          ],
          [OF_CHANNEL, filter.channelId],
          ["o.created_at >= ?", filter.since],
        ],
        paging,
      ),
    async deliveryByKey(idemKey) {
      const { item, from } = OUTBOX_ROWS;
      const text = `select ${item} as item from ${from} where o.idem_key = $1`;
      return (await sql.query<{ item: OutboxRow }>(text, [idemKey]))[0]?.item;
    },
    async outboxByKey(eventKeys, limit) {
      const text = `
        select ${OUTBOX_ROWS.item} as item from (${GIVEN_KEYS}) as given(event_key) cross
        join lateral (
          select * from (select * from push_outbox o where o.event_key = given.event_key offset 0) o
          where true${OWN("o")} order by o.id desc limit ${Math.trunc(limit)}
        ) o left join channels c on c.id = o.channel_id order by o.id desc`;
      return itemsByKey<OutboxRow>(sql, text, eventKeys);
    },
  };
}

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
  own: "o",
};

const REOPEN = `
with held as (select * from push_outbox o where id = $1::bigint${OWN("o")} for update),
moved as (
  update push_outbox o set ${REOPENED("$2::timestamptz")}
  from held h
  where o.id = h.id and (h.status = 'dlq' or (h.status = 'failed' and h.leased_until is null))
  returning ${DUE_DELIVERY} as delivery
),
letter as (
  update dead_letters set replayed_at = $2::timestamptz, replays = replays + 1
  where key = 'outbox:' || $1::bigint and replayed_at is null and exists (select from moved)
), ${AUDITED("moved", "$3")}
select case when delivery is not null then 'reopened' when status = 'done' then 'done'
else 'open' end as kind, delivery
from held left join moved on true`;

/** Locks in the order of the ids, as every statement that locks several deliveries. */
const BRING_FORWARD = `
with held as (
  select o.id from push_outbox o
  where o.channel_id = $1::bigint and ${IS_OPEN} and o.next_retry_at > greatest($2::timestamptz,
  o.not_before)${OWN("o")}
  order by o.id for update
)
update push_outbox o set next_retry_at = greatest($2::timestamptz, o.not_before) from held
where o.id = held.id`;

const GATHER_GROUP = `
with held as (
  select o.id from push_outbox o
  where o.channel_id = $1::bigint and o.status = 'pending' and o.next_retry_at > $3::timestamptz
    and o.leased_until is null and o.payload_json->'routing'->>'group' = $2
    and not o.payload_json ? 'repeat'
  order by o.id for update
)
update push_outbox o set next_retry_at = $3::timestamptz from held
where o.id = held.id and ${IS_OPEN}`;

/** Of another tenant's channel no row is looked at. */
const OF_CHANNEL = `o.channel_id = ? and (
  not exists (select from channels n where n.id = ?)
  or exists (select from channels n where n.id = ?${OWN("n")}))`;

const ASK_MUTED_AT = `
with held as (
  select o.id from push_outbox o
  where o.status = 'pending' and o.next_retry_at > $1::timestamptz and o.leased_until is null
    and o.payload_json->'routing'->'muteTimes'->>0 is not null
    and o.payload_json->'routing'->>'group' is null and not o.payload_json ? 'repeat'${OWN("o")}
  order by o.id for update
)
update push_outbox o set next_retry_at = $1::timestamptz from held
where o.id = held.id and ${IS_OPEN}
returning o.id`;

/** "offset 0" has it looked for among the rows of the event, not back along the channel's. */
const LAST_MESSAGE = `
select external_id as id, external_chat as chat, external_shared as shared
from (select * from push_outbox where event_key = $2 offset 0) o
where channel_id = $1::bigint and status = 'done' and external_id is not null
order by id desc limit 1`;
