import type { DeadLetterRow, DeadLetterStore, ReplayDeadLetter } from "../dead-letters.ts";
import { AUDITED, REOPENED } from "./columns.ts";
import { isoColumn, jsonParam, newestFirst, OWN, optionalJson, type Sql } from "./sql.ts";

/**
 * Inserts the dead letters of a JSON parameter. A dead letter whose replay failed too is open again
 * when it is `anew`; a mere repeat changes nothing and is not returned.
 */
const BURY = (
  deadLetters: string,
  at: string,
  condition: string,
  anew: string,
  tenant = "'default'",
): string => `
  insert into dead_letters (key, stage, reason, error, payload, attempts, subject, advice,
  created_at, tenant)
  select distinct on (key) key, stage, reason, error, payload, attempts, subject, advice,
  ${at}::timestamptz, ${tenant}
  from jsonb_to_recordset(${deadLetters}::jsonb) as l(
    key text, stage text, reason text, error text, payload jsonb, attempts int, subject text,
    advice text
  ) ${condition}
  order by key
  on conflict (key) do update set
    stage = excluded.stage, reason = excluded.reason, error = excluded.error,
    payload = excluded.payload, attempts = excluded.attempts,
    subject = excluded.subject, advice = excluded.advice, created_at = excluded.created_at,
    replayed_at = null
    where ${anew}
  returning subject, reason`;

/**
 * Of the deliveries that the part "closed" gives up. Each was open until now, so that its dead
 * letter, whatever its date, has been replayed.
 */
export const BURY_CLOSED = (deadLetters: string): string =>
  BURY(
    deadLetters,
    "closed.now",
    "join closed on l.key = 'outbox:' || closed.id",
    "dead_letters.replayed_at is not null",
    "closed.tenant",
  );

/**
 * The posts that dead letters name by "{source}:{id}", locked in the order in which every statement
 * locks posts.
 */
const postsOf = (deadLetters: string): string => `
  select p.id, l.reason from (select distinct on (subject) subject, reason from ${deadLetters}) l
  join raw_posts p on p.source = split_part(l.subject, ':', 1) and p.source_id = substr(l.subject,
  strpos(l.subject, ':') + 1)
  order by p.id for update of p`;

const BURY_ALL = `
with buried as (${BURY("$1", "$2", "", "dead_letters.replayed_at < excluded.created_at")}),
post as (${postsOf("buried")})
update raw_posts p set outcome = 'dead', reason = post.reason, ended_at = $2::timestamptz
from post where p.id = post.id and p.ended_at is null`;

/**
 * Locks deliveries before dead letters, as a closing does, and waits for none of them: what another
 * statement has in hand is left to the next call. A dead letter whose delivery is in hand stays as
 * well, so that no dead letter counts as replayed whose delivery was not opened.
 */
const takeSql = (posts: string): string => `
with wanted as (
  select id, case when stage = 'deliveries' and subject ~ '^[0-9]{1,15}$' then subject::bigint end
  as outbox_id from dead_letters d
  where replayed_at is null${OWN("d")} and ($1::jsonb is null or $1::jsonb @> to_jsonb(id))
    and ($2::text is null or stage = $2) and ($3::text is null or reason = $3)
  order by id limit $4::int
),
delivery as (
  select o.id from push_outbox o where o.id = any(array(select outbox_id from wanted))
  and o.status = 'dlq'
  order by o.id for update skip locked
),
taken as (
  select d.id from dead_letters d join wanted w on d.id = w.id
  where d.replayed_at is null and (w.outbox_id is null or w.outbox_id in (select id from delivery)
    or not exists (select from push_outbox o where o.id = w.outbox_id and o.status = 'dlq'))
  order by d.id for update of d skip locked
),
marked as (
  update dead_letters d set replayed_at = $5::timestamptz, replays = d.replays + 1 from taken
  where d.id = taken.id returning d.*
),
${posts}reopened_delivery as (
  update push_outbox o set ${REOPENED("$5::timestamptz")}
  from wanted w join marked m on m.id = w.id where o.id = w.outbox_id and o.status = 'dlq'
), ${AUDITED("marked", "$6", {
  after: "(select jsonb_build_object('ids', jsonb_agg(id order by id)) from marked)",
})}
select jsonb_build_object('id', id, 'stage', stage, 'reason', reason, 'payload', payload, 'subject',
subject, 'replays', replays) as "deadLetter"
from marked order by id`;

const TAKE = takeSql(`
post as (${postsOf("marked")}),
reopened_post as (
  update raw_posts p set
    outcome = case when p.event_keys is not null then 'pending' end, reason = null, ended_at = null,
    requeued_at = $5::timestamptz
  from post where p.id = post.id and p.outcome = 'dead'
),
`);

/** Posts are nobody's own: a dead letter of a tenant is about a delivery. */
const TAKE_DELIVERIES = takeSql("");

export function deadLetterStore(sql: Sql, ofPosts = true): DeadLetterStore {
  return {
    async bury(deadLetters, at) {
      await sql.query(BURY_ALL, [jsonParam(deadLetters), at]);
    },
    async takeForReplay({ ids, stage, reason }, limit, at, entry) {
      const rows = await sql.query<{ deadLetter: ReplayDeadLetter }>(
        ofPosts ? TAKE : TAKE_DELIVERIES,
        [ids && jsonParam(ids), stage, reason, limit, at, optionalJson(entry)],
      );
      return rows.map(({ deadLetter }) => deadLetter);
    },
    deadLetters: (filter, paging) =>
      newestFirst<DeadLetterRow>(
        sql,
        DEAD_LETTER_ROWS,
        [
          ["d.stage = ?", filter.stage],
          ["d.reason = ?", filter.reason],
          ["d.created_at >= ?", filter.since],
          ["(d.replayed_at is not null) = ?", filter.replayed],
        ],
        paging,
      ),
  };
}

const DEAD_LETTER_ROWS = {
  item: `json_build_object(
    'id', d.id, 'stage', d.stage, 'reason', d.reason, 'error', d.error, 'payload', d.payload,
    'attempts', d.attempts, 'subject', d.subject,
    'advice', d.advice, 'createdAt', ${isoColumn("d.created_at")}, 'replayedAt',
    ${isoColumn("d.replayed_at")}, 'replays', d.replays)`,
  from: "dead_letters d",
  at: null,
  id: "d.id",
  own: "d",
};
