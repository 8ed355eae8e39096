import type { Delivery } from "../../model/delivery.ts";
import type { Claim, DueDelivery, OutboxStore } from "../store.ts";
import { BURY } from "./dead-letters.ts";
import { DUE_DELIVERY, IS_OPEN, WAITS_FOR } from "./shapes.ts";
import { iso, json, one, type Sql } from "./sql.ts";

/** Of the posts that became evidence in the commit that wrote the row. */
const ACCEPTED_AT = `(
  select ${iso("min(p.accepted_at)")} from event_evidence v join raw_posts p on p.source = v.source and p.source_id = v.post_id
  where v.event_key = held.event_key and v.committed_at = held.created_at and held.not_before is null and held.reopened_at is null)`;

/** $1 id, $2 lease token, $3 now, $4 lease in ms. "held" is the latest version of the row, read under its lock: of two claims one sees the other's lease. */
const CLAIM = `
with held as (select * from push_outbox where id = $1::bigint for update),
older as (
  select o.next_retry_at from push_outbox o join held h on o.event_key = h.event_key and o.channel_id = h.channel_id and o.id < h.id
  where ${IS_OPEN} order by o.id limit 1
),
ruling as (
  select
    case
      when status in ('done', 'dlq') then 'closed'
      when next_retry_at > $3::timestamptz then 'notDue'
      when leased_until > $3::timestamptz and lease_token <> $2 then 'taken'
      when exists (select from older) then 'behind'
      else 'claimed'
    end as kind,
    (select case when next_retry_at > $3::timestamptz then next_retry_at else $3::timestamptz + interval '2 seconds' end from older) as turn
  from held
),
moved as (
  update push_outbox o set
    lease_token = case kind when 'claimed' then $2 else o.lease_token end,
    leased_until = case kind when 'claimed' then $3::timestamptz + $4::float8 * interval '1 millisecond' else o.leased_until end,
    next_retry_at = case kind when 'behind' then turn else o.next_retry_at end
  from ruling
  where o.id = $1::bigint and kind in ('claimed', 'behind')
)
select kind,
  ${iso("case kind when 'notDue' then next_retry_at when 'taken' then leased_until when 'behind' then turn end")} as until,
  jsonb_build_object('id', id, 'channelId', channel_id, 'eventKey', event_key, 'idemKey', idem_key, 'payload', payload_json,
    'status', status, 'retryCount', retry_count, 'createdAt', ${iso("coalesce(reopened_at, created_at)")}, 'leaseToken', $2::text,
    'interrupted', sending_token is not null and sending_token <> $2, 'acceptedAt', ${ACCEPTED_AT}) as delivery
from held, ruling`;

const RENEW = `
update push_outbox o set
  leased_until = $3::timestamptz + $4::float8 * interval '1 millisecond', sending_token = coalesce(o.sending_token, $2)
where o.id = $1::bigint and o.lease_token = $2 and o.leased_until is not null and ${IS_OPEN}
returning true as renewed`;

/**
 * $1 id, $2 lease token, $3 closing, $4 attempt or null, $5 dead letters (none or one), $6 now. The token stays in the closed row, so that a
 * repeat after a lost reply is told from a lease that another took. "released" keeps the mark of an interrupted send unless it is the holder's own.
 */
const CLOSE = `
with held as (select * from push_outbox where id = $1::bigint and lease_token = $2 for update),
closing as (select * from jsonb_to_record($3::jsonb) as c(kind text, "externalId" text, "nextRetryAt" timestamptz)),
closed as (
  update push_outbox o set
    status = case c.kind when 'released' then o.status else c.kind end,
    retry_count = o.retry_count + case c.kind when 'failed' then 1 else 0 end,
    next_retry_at = coalesce(c."nextRetryAt", o.next_retry_at),
    external_id = case c.kind when 'done' then c."externalId" else o.external_id end,
    finished_at = case when c.kind in ('done', 'dlq') then $6::timestamptz end,
    leased_until = null,
    sending_token = case when c.kind = 'released' then nullif(o.sending_token, $2) end
  from closing c
  where o.id in (select id from held h where h.leased_until is not null and h.status in ('pending', 'failed'))
  returning o.id
),
attempt as (
  insert into deliveries (outbox_id, lease_token, at, status, http_status, ms, error, ambiguous)
  select closed.id, $2, a.at, a.result, a."httpStatus", a.ms, a.error, a.ambiguous
  from closed, jsonb_to_record($4::jsonb) as a(at timestamptz, result text, "httpStatus" int, ms float8, error text, ambiguous boolean)
  where a.at is not null
  on conflict do nothing
),
buried as (${BURY("$5", "$6", "where exists (select from closed)")})
select exists (select from held) as held`;

const dueOf = (ofChannel: string): string => `
select ${DUE_DELIVERY} as due from push_outbox o
where ${IS_OPEN} and ${WAITS_FOR} <= $1::timestamptz ${ofChannel}
order by ${WAITS_FOR}, o.id limit $2::int`;

const NEXT_DUE = `select ${iso(WAITS_FOR)} as next from push_outbox o where ${IS_OPEN} order by ${WAITS_FOR}, o.id limit 1`;

export function outboxStore(sql: Sql): OutboxStore {
  return {
    async claim(id, leaseToken, now, leaseMs) {
      const [row] = await sql.query<{ kind: Claim["kind"]; until: string; delivery: Delivery }>(CLAIM, [
        id,
        leaseToken,
        now,
        leaseMs,
      ]);
      if (row === undefined || row.kind === "closed") return { kind: "closed" };
      if (row.kind === "claimed") return { kind: "claimed", delivery: row.delivery };
      return row.kind === "notDue" ? { kind: "notDue", at: row.until } : { kind: row.kind, until: row.until };
    },
    async renew(id, leaseToken, now, leaseMs) {
      return (await sql.query(RENEW, [id, leaseToken, now, leaseMs])).length > 0;
    },
    async close(id, leaseToken, closing, attempt, now) {
      const letters = closing.kind === "dlq" ? [{ ...closing.letter, key: `outbox:${id}` }] : [];
      const { letter: _, ...outcome } = { letter: null, ...closing };
      const params = [id, leaseToken, json(outcome), attempt && json(attempt), json(letters), now];
      return (await one(sql.query<{ held: boolean }>(CLOSE, params))).held;
    },
    async due(now, limit, channelId) {
      const rows =
        channelId === undefined
          ? await sql.query<{ due: DueDelivery }>(dueOf(""), [now, limit])
          : await sql.query<{ due: DueDelivery }>(dueOf("and o.channel_id = $3::bigint"), [now, limit, channelId]);
      return rows.map(({ due }) => due);
    },
    nextDue: async () => (await sql.query<{ next: string }>(NEXT_DUE, []))[0]?.next ?? null,
  };
}
