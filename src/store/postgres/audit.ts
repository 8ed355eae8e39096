/**
 * The promise as one query: every accepted post is evidence, dropped, a duplicate, dead or still open; nothing contradicts that; and every event's
 * figures are those of its evidence. It reads one snapshot, so it may run while posts flow.
 */
export const AUDIT = `
with

-- Posts that say they are evidence, and an event they name does not hold them.
held_by_none as (
  select distinct p.id from raw_posts p
  left join lateral unnest(p.event_keys) as k(event_key) on true
  left join event_evidence v on v.event_key = k.event_key and v.evidence_id = p.source || ':' || p.source_id
  where p.outcome = 'evidence' and v.event_key is null
),

-- Evidence whose post is not there, says it was dropped or repeated, or does not know of the event.
says_otherwise as (
  select v.event_key, v.evidence_id from event_evidence v
  left join raw_posts p on p.source = v.source and p.source_id = v.post_id
  where p.id is null or p.outcome in ('dropped', 'duplicate') or v.event_key <> all (p.done_keys)
),

-- Events whose stored figures are not those of their evidence rows. Copies count beside the distinct texts, and authors only for those.
miscounted as (
  select e.event_key from events e
  left join (
    select event_key, count(*) as pieces, count(distinct author) as authors, min(posted_at) as first_ts, max(posted_at) as last_ts
    from event_evidence group by event_key
  ) v using (event_key)
  where e.evidence_count + e.copies is distinct from v.pieces
    or e.unique_authors > v.authors
    or e.start_ts is distinct from v.first_ts
    or e.last_ts is distinct from v.last_ts
),

-- Of each post whose commit wrote a notification that was not held back: from acceptance to the first delivery of it.
latency as (
  select extract(epoch from min(o.finished_at) - p.accepted_at) * 1000 as ms
  from push_outbox o
  join event_evidence v on v.event_key = o.event_key and v.committed_at = o.created_at
  join raw_posts p on p.source = v.source and p.source_id = v.post_id
  where o.status = 'done' and o.not_before is null
  group by v.event_key, v.evidence_id, p.accepted_at
),

dropped_by as (select coalesce(reason, '') as reason, count(*) from raw_posts where outcome = 'dropped' group by 1)

select jsonb_build_object(
  'accepted', count(*),
  'evidence', count(*) filter (where outcome = 'evidence'),
  'dropped', count(*) filter (where outcome = 'dropped'),
  'duplicate', count(*) filter (where outcome = 'duplicate'),
  'dead', count(*) filter (where outcome = 'dead'),
  'open', count(*) filter (where ended_at is null),
  'droppedBy', (select coalesce(jsonb_agg(jsonb_build_object('reason', reason, 'count', count) order by count desc, reason), '[]') from dropped_by),
  'contradictions', (select count(*) from held_by_none) + (select count(*) from says_otherwise),
  'miscounted', (select count(*) from miscounted),
  'outbox', (
    select jsonb_build_object(
      'pending', count(*) filter (where status = 'pending'),
      'failed', count(*) filter (where status = 'failed'),
      'done', count(*) filter (where status = 'done'),
      'dlq', count(*) filter (where status = 'dlq')
    ) from push_outbox
  ),
  'deadLetters', (select count(*) from dead_letters where replayed_at is null),
  'latencyMs', (
    select jsonb_build_object(
      'p50', percentile_disc(0.5) within group (order by ms)::float8,
      'p95', percentile_disc(0.95) within group (order by ms)::float8,
      'count', count(*)
    ) from latency
  ),
  'postsPerSecond', count(ended_at) / nullif(extract(epoch from greatest(max(ended_at) - min(accepted_at), interval '0')), 0)::float8
) as audit
from raw_posts`;
