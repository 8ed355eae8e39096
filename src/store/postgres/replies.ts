import { type KeptReply, REPLY_KEPT_MS, type ReplyClaim, type ReplyStore } from "../replies.ts";
import { jsonParam, type Sql } from "./sql.ts";

const DAY = `interval '${REPLY_KEPT_MS} milliseconds'`;

/**
 * A row that a request of the same moment wrote is in no snapshot of this statement: it then
 * answers no row, which means busy. What is older than a day goes with each claim, a few at a time.
 */
const CLAIM = `
with expired as (
  delete from idempotent_replies where key in (
    select key from idempotent_replies where created_at < $3::timestamptz - ${DAY} and key <> $1
    order by created_at limit 10 for update skip locked)
),
claimed as (
  insert into idempotent_replies as r (key, request, claimed_until, created_at)
  values ($1, $2, $3::timestamptz + $4::float8 * interval '1 millisecond', $3::timestamptz)
  on conflict (key) do update set request = excluded.request, reply = null,
    claimed_until = excluded.claimed_until, created_at = excluded.created_at
  where (r.reply is null and r.claimed_until <= $3::timestamptz)
    or r.created_at < $3::timestamptz - ${DAY}
  returning key
)
select 'claimed' as kind, null::jsonb as reply from claimed
union all
select case when request <> $2 then 'mismatch' when reply is null then 'busy' else 'replied' end,
  reply
from idempotent_replies where key = $1 and not exists (select from claimed)`;

const KEEP = "update idempotent_replies set reply = $2::jsonb where key = $1";
const RELEASE = "delete from idempotent_replies where key = $1 and reply is null";

type Row = { kind: ReplyClaim["kind"]; reply: KeptReply | null };

export function replyStore(sql: Sql): ReplyStore {
  return {
    async claimReply(key, request, at, leaseMs) {
      const [row] = await sql.query<Row>(CLAIM, [key, request, at, leaseMs]);
      if (row === undefined || row.kind === "busy") return { kind: "busy" };
      if (row.kind !== "replied") return { kind: row.kind };
      return row.reply === null ? { kind: "busy" } : { kind: "replied", reply: row.reply };
    },
    async keepReply(key, reply) {
      await sql.query(KEEP, [key, jsonParam(reply)]);
    },
    async releaseReply(key) {
      await sql.query(RELEASE, [key]);
    },
  };
}
