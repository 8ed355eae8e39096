import {
  AUDITED_WHOLE,
  type AuditedEvent,
  type AuditReport,
  type AuditStore,
  MOST_AUDITED,
  MOST_AUDITED_PIECES,
  type TallyDifference,
  type UnaccountedPosts,
} from "../audit.ts";
import { cursorOf, markOf } from "../paging.ts";
import { EVENT, EVIDENCE, HOUR, SIGNAL } from "./columns.ts";
import { OPEN_DEAD_LETTERS, TALLIES } from "./overview.ts";
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

const BOOKS = `book as (
  select covered_until, json_build_object('until', ${isoColumn("covered_until")}, 'posts', posts,
    'events', events, 'contradictions', contradictions, 'miscounted', miscounted) as written
  from audit_books)`;

/**
 * The parts of a statement that compare the rows that changed since "start" (a row, `since`: null
 * is the beginning) and before `until`, or before so much changed that the rest is left to the next
 * call. "checked" answers one row. Each commit is whole in the snapshot of the statement, so it may
 * run while posts flow.
 */
const checkedBefore = (until: string): string => `
begin as (select coalesce(since, '-infinity'::timestamptz) as at from start),
finish as (
  select least(${until}, (
    select ended_at from raw_posts where ended_at > (select at from begin)
    order by ended_at offset ${MOST_AUDITED.posts} limit 1
  ), (
    select updated_at from events where updated_at > (select at from begin)
    order by updated_at offset ${MOST_AUDITED.events} limit 1
  )) as at
),
ended_post as materialized (
  select id, source, source_id, outcome, event_keys from raw_posts
  where ended_at >= (select at from begin)
    and ended_at < (select coalesce(at, 'infinity'::timestamptz) from finish)
),
changed_event as materialized (
  select event_key, evidence_count, copies, unique_authors, start_ts, last_ts from events
  where updated_at >= (select at from begin)
    and updated_at < (select coalesce(at, 'infinity'::timestamptz) from finish)
),

-- Posts that say they are evidence, and an event they name does not hold them.
held_by_none as (
  select distinct p.id from ended_post p
  left join lateral unnest(p.event_keys) as k(event_key) on true
  left join event_evidence v on v.event_key = k.event_key
  and v.evidence_id = p.source || ':' || p.source_id
  where p.outcome = 'evidence' and v.event_key is null
),

-- Evidence whose post is not there, says it was dropped or repeated, or does not know of the event.
says_otherwise as (
  select v.event_key, v.evidence_id from changed_event
  join event_evidence v using (event_key)
  left join raw_posts p on p.source = v.source and p.source_id = v.post_id
  where v.committed_at >= (select at from begin) and
    (p.id is null or p.outcome in ('dropped', 'duplicate') or v.event_key <> all (p.done_keys))
  union
  select v.event_key, v.evidence_id from ended_post p
  join event_evidence v on v.source = p.source and v.post_id = p.source_id
  where p.outcome in ('dropped', 'duplicate')
),

-- Events whose stored figures are not those of their evidence rows. Copies count beside the
-- distinct texts, and authors only for those. Grouped
-- in two steps, because counting distinct authors in one would sort all evidence,
-- in each of the workers that read it.
miscounted as (
  select e.event_key from changed_event e
  left join (
    select event_key, sum(pieces) as pieces, count(*) as authors, min(first_ts) as first_ts,
    max(last_ts) as last_ts from (
      select event_key, author, count(*) as pieces, min(posted_at) as first_ts, max(posted_at)
      as last_ts
      from changed_event join event_evidence using (event_key) group by event_key, author
    ) by_author group by event_key
  ) v using (event_key)
  where e.evidence_count + e.copies is distinct from v.pieces
    or e.unique_authors > v.authors
    or e.start_ts is distinct from v.first_ts
    or e.last_ts is distinct from v.last_ts
),
checked as (
  select (select at from finish) as until, (select count(*) from ended_post) as posts,
    (select count(*) from changed_event) as events,
    (select count(*) from held_by_none) + (select count(*) from says_otherwise) as contradictions,
    (select count(*) from miscounted) as miscounted
)`;

/** $1: where to begin is given, $2: where. */
const AUDIT = `
with ${TALLIES},
${BOOKS},
start as (
  select case when $1::boolean then $2::timestamptz
    when ${posts("true")} > ${AUDITED_WHOLE} then (select covered_until from book) end as since
),
${checkedBefore("null::timestamptz")},
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
  'covered', json_build_object('since', ${isoColumn("start.since")},
    'until', ${isoColumn("checked.until")}, 'posts', checked.posts, 'events', checked.events),
  'books', book.written,
  'contradictions', checked.contradictions
    + coalesce((book.written->>'contradictions')::bigint, 0),
  'miscounted', checked.miscounted + coalesce((book.written->>'miscounted')::bigint, 0),
  'outbox', jsonb_build_object(
    'pending', ${deliveries("pending")}, 'failed', ${deliveries("failed")}, 'done',
    ${deliveries("done")}, 'dlq', ${deliveries("dlq")}),
  'deadLetters', ${OPEN_DEAD_LETTERS},
  'latencyMs', (select ms from latency),
  'commitToSendMs', (select coalesce(jsonb_agg(ms order by id), '[]') from commit_to_send),
  'postsPerSecond', (select posts_per_second from pace)
) as audit
from start cross join checked
left join book on not $1::boolean and start.since is not null`;

/**
 * $1 until. Of two at once the later one to write does, which began where the former did: a range
 * is never added twice.
 */
const COVER = `
with ${BOOKS},
start as (select (select covered_until from book) as since),
${checkedBefore("$1::timestamptz")},
written as (
  insert into audit_books (id, covered_until, posts, events, contradictions, miscounted)
  select 1, until, posts, events, contradictions, miscounted from checked
  where until > (select at from begin)
  on conflict (id) do update set covered_until = excluded.covered_until,
    posts = audit_books.posts + excluded.posts, events = audit_books.events + excluded.events,
    contradictions = audit_books.contradictions + excluded.contradictions,
    miscounted = audit_books.miscounted + excluded.miscounted
  where audit_books.covered_until = (select since from start)
)
select (contradictions + miscounted)::float8 as found, until < $1::timestamptz as more
from checked`;

const RECOUNT = `
with ${TALLIES},
kept as (select * from tally where what <> 'minute')
select what, outcome, reason, coalesce(kept.count, 0)::float8 as kept,
  coalesce(found.count, 0)::float8 as found
from kept full join count_rows() found using (what, outcome, reason)
where coalesce(kept.count, 0) <> coalesce(found.count, 0) order by what, outcome, reason`;

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
  async audit(since) {
    const params = [since !== undefined, since ?? null];
    return (await firstRow(sql.query<{ audit: AuditReport }>(AUDIT, params))).audit;
  },
  coverAudit: (until) => firstRow(sql.query<{ found: number; more: boolean }>(COVER, [until])),
  recountTallies: () => sql.query<TallyDifference>(RECOUNT, []),
  latency: async () =>
    (await firstRow(sql.query<{ ms: AuditReport["latencyMs"] }>(LATENCY, []))).ms,
});
