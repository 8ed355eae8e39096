import { COMMIT_TO_SEND, LATENCY } from "./latency.ts";
import { DELIVERIES_BY_STATUS, POSTS_BY_OUTCOME } from "./tally.ts";

/**
 * The promise as one query: every accepted post is evidence, dropped, a duplicate, dead or still
 * open; nothing contradicts that; and every event's figures are those of its evidence. It reads one
 * snapshot, so it may run while posts flow. What retention deleted counts by its numbers in
 * "archived".
 */
/** The pace is that of so many of the latest posts. */
const PACED = 10_000;

const posts = (condition: string): string =>
  `(select coalesce(sum(count), 0)::bigint from post where ${condition})`;
const deliveries = (status: string): string =>
  `(select coalesce(sum(count), 0)::bigint from delivery where status = '${status}')`;

export const AUDIT = `
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
