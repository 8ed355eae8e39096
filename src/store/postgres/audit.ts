import {
  type AuditedEvent,
  type AuditReport,
  type AuditStore,
  MOST_AUDITED_PIECES,
  type UnaccountedPosts,
} from "../audit.ts";
import { cursorOf, markOf } from "../paging.ts";
import { EVENT, EVIDENCE, HOUR, SIGNAL } from "./columns.ts";
import { DELIVERIES_BY_STATUS, POSTS_BY_OUTCOME } from "./overview.ts";
import { firstRow, isoColumn, type Sql } from "./sql.ts";

/** The pace is that of so many of the latest posts. */
const PACED = 10_000;

/** So many of the latest deliveries are looked at. */
const LOOKED_AT = 2_000;

const PERCENTILES = `
  'p50', percentile_disc(0.5) within group (order by ms)::float8, 'p95',
  percentile_disc(0.95) within group (order by ms)::float8, 'count', count(*)`;

/**
 * Of each post whose commit wrote a notification that was not held back: from acceptance to the
 * first delivery of it. One row, `ms`.
 */
export const LATENCY = `
select json_build_object(${PERCENTILES}) as ms
from (
  select extract(epoch from min(o.finished_at) - p.accepted_at) * 1000 as ms
  from (select * from push_outbox where status = 'done' order by id desc limit ${LOOKED_AT}) o
  join event_evidence v on v.event_key = o.event_key and v.committed_at = o.created_at
  join raw_posts p on p.source = v.source and p.source_id = v.post_id
  where o.not_before is null
  group by v.event_key, v.evidence_id, p.accepted_at
) post`;

/**
 * Of each notification that was not given another start: from its commit, or the end of what held
 * it back, to its first attempt. A row a channel.
 */
export const COMMIT_TO_SEND = `
select c.id, jsonb_build_object('channel', c.name, ${PERCENTILES}) as ms
from (select * from push_outbox order by id desc limit ${LOOKED_AT}) o
join channels c on c.id = o.channel_id
join lateral (
  select extract(epoch from at - greatest(o.created_at, o.not_before)) * 1000 - ms as ms
  from deliveries where outbox_id = o.id order by at, id limit 1
) first_attempt on true
where o.reopened_at is null
group by c.id, c.name`;

const posts = (condition: string): string =>
  `(select coalesce(sum(count), 0)::bigint from post where ${condition})`;

const deliveries = (status: string): string =>
  `(select coalesce(sum(count), 0)::bigint from delivery where status = '${status}')`;

/**
 * The promise as one query: every accepted post is evidence, dropped, a duplicate, dead or still
 * open; nothing contradicts that; and every event's figures are those of its evidence. It reads one
 * snapshot, so it may run while posts flow. What retention deleted counts by its numbers in
 * "archived".
 */
const AUDIT = `
with

-- Posts that say they are evidence, and an event they name does not hold them.
held_by_none as (
  select distinct p.id from raw_posts p
  left join lateral unnest(p.event_keys) as k(event_key) on true
  left join event_evidence v on v.event_key = k.event_key
  and v.evidence_id = p.source || ':' || p.source_id
  where p.outcome = 'evidence' and v.event_key is null
),

-- Evidence whose post is not there, says it was dropped or repeated, or does not know of the event.
says_otherwise as (
  select v.event_key, v.evidence_id from event_evidence v
  left join raw_posts p on p.source = v.source and p.source_id = v.post_id
  where p.id is null or p.outcome in ('dropped', 'duplicate') or v.event_key <> all (p.done_keys)
),

-- Events whose stored figures are not those of their evidence rows. Copies count beside the
-- distinct texts, and authors only for those. Grouped
-- in two steps, because counting distinct authors in one would sort all evidence,
-- in each of the workers that read it.
miscounted as (
  select e.event_key from events e
  left join (
    select event_key, sum(pieces) as pieces, count(*) as authors, min(first_ts) as first_ts,
    max(last_ts) as last_ts from (
      select event_key, author, count(*) as pieces, min(posted_at) as first_ts, max(posted_at)
      as last_ts
      from event_evidence group by event_key, author
    ) by_author group by event_key
  ) v using (event_key)
  where e.evidence_count + e.copies is distinct from v.pieces
    or e.unique_authors > v.authors
    or e.start_ts is distinct from v.first_ts
    or e.last_ts is distinct from v.last_ts
),

post as (${POSTS_BY_OUTCOME}),
delivery as (${DELIVERIES_BY_STATUS}),
latency as (${LATENCY}),
commit_to_send as (${COMMIT_TO_SEND}),

pace as (
  select count(ended_at) / nullif(extract(epoch from greatest(max(ended_at) - min(accepted_at),
  interval '0')), 0)::float8 as posts_per_second
  from (select ended_at, accepted_at from raw_posts order by id desc limit ${PACED}) latest
)

select json_build_object(
  'accepted', ${posts("true")},
  'evidence', ${posts("outcome = 'evidence'")},
  'dropped', ${posts("outcome = 'dropped'")},
  'duplicate', ${posts("outcome = 'duplicate'")},
  'dead', ${posts("outcome = 'dead'")},
  'open', ${posts("outcome in ('open', 'pending')")},
  'droppedBy', (
    select coalesce(jsonb_agg(jsonb_build_object('reason', coalesce(reason, ''), 'count', count)
    order by count desc, reason), '[]')
    from post where outcome = 'dropped'),
  'contradictions', (select count(*) from held_by_none) + (select count(*) from says_otherwise),
  'miscounted', (select count(*) from miscounted),
  'outbox', jsonb_build_object(
    'pending', ${deliveries("pending")}, 'failed', ${deliveries("failed")}, 'done',
    ${deliveries("done")}, 'dlq', ${deliveries("dlq")}),
  'deadLetters', (select count(*) from dead_letters where replayed_at is null),
  'latencyMs', (select ms from latency),
  'commitToSendMs', (select coalesce(jsonb_agg(ms order by id), '[]') from commit_to_send),
  'postsPerSecond', (select posts_per_second from pace)
) as audit`;

/**
 * $1 since, $2 until, $3 and $4 the time and the id after which the page begins, $5 its length. The
 * page ends early where it would read too much evidence; "more" says that events are left.
 */
const CHANGED_EVENTS = `
with picked as (
  select e.id, e.updated_at, (
    select count(*) from event_evidence v where v.event_key = e.event_key) as pieces
  from events e
  where ($1::timestamptz is null or e.updated_at >= $1::timestamptz)
    and e.updated_at <= $2::timestamptz
    and ($3::timestamptz is null
    or (e.updated_at, e.id) > ($3::timestamptz, $4::bigint))
  order by e.updated_at, e.id limit $5::int + 1
),
read as (
  select *, case when pieces <= ${MOST_AUDITED_PIECES} then pieces else 0 end as weight,
  row_number() over (order by updated_at, id) as place, count(*) over () as left_over
  from picked
),
page as (
  select *, sum(weight) over (order by place) as read_pieces from read where place <= $5::int
)
select ${isoColumn("page.updated_at")} as at, page.id::float8 as id,
  left_over > max(place) over () as more,
  json_build_object('event', ${EVENT}, 'signal', ${SIGNAL}, 'pieces', page.pieces,
  'evidence', case when page.pieces <= ${MOST_AUDITED_PIECES} then ${EVIDENCE} end,
  'deliveryCount', e.delivery_count,
  'deliveries', coalesce((
    select json_agg(json_build_object('id', o.id, 'channelId', o.channel_id,
      'createdAt', ${isoColumn("o.created_at")}, 'payload', o.payload_json,
      'attemptCount', o.attempt_count,
      'attempts', (select count(*) from deliveries d where d.outbox_id = o.id)) order by o.id)
    from push_outbox o where o.event_key = e.event_key), '[]')) as item
from page join events e using (id) join signals s using (event_key)
where read_pieces <= ${MOST_AUDITED_PIECES} or place = 1
order by page.place`;

const UNACCOUNTED_POSTS = `
with ledger as (
  select source, hour, accepted - archived as accepted from accepted_posts
  where $1::timestamptz is null or hour >= ${HOUR("$1::timestamptz")}
),
post as (
  select source, ${HOUR("accepted_at")} as hour, count(*) as found from raw_posts
  where $1::timestamptz is null or accepted_at >= ${HOUR("$1::timestamptz")} group by 1, 2
)
select source, ${isoColumn("hour")} as hour, coalesce(accepted, 0)::float8 as accepted,
  coalesce(found, 0)::float8 as found
from ledger full join post using (source, hour)
where coalesce(accepted, 0) <> coalesce(found, 0) order by hour, source collate "C"`;

type ChangedRow = { at: string; id: number; more: boolean; item: AuditedEvent };

export const auditStore = (sql: Sql): AuditStore => ({
  async changedEvents(since, until, { limit, cursor }) {
    const mark = markOf(cursor, true);
    const params = [since, until, mark?.at ?? null, mark?.id ?? null, limit];
    const rows = await sql.query<ChangedRow>(CHANGED_EVENTS, params);
    const last = rows.at(-1);
    return {
      items: rows.map(({ item }) => item),
      nextCursor: last?.more ? cursorOf({ at: last.at, id: last.id }) : null,
    };
  },
  unaccountedPosts: (since) => sql.query<UnaccountedPosts>(UNACCOUNTED_POSTS, [since]),
  audit: async () => (await firstRow(sql.query<{ audit: AuditReport }>(AUDIT, []))).audit,
  latency: async () =>
    (await firstRow(sql.query<{ ms: AuditReport["latencyMs"] }>(LATENCY, []))).ms,
});
