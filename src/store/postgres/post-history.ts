import { isoColumn } from "./sql.ts";

export const LISTED_FIELDS = `'source', source, 'id', source_id, 'author', author, 'text', text,
  'postedAt', ${isoColumn("posted_at")}, 'acceptedAt', ${isoColumn("accepted_at")},
  'outcome', outcome, 'reason', reason, 'lang', lang, 'spam', spam, 'sentiment', sentiment`;

const MILLISECONDS = "interval '1 millisecond'";

/** An event whose commit brought evidence of the post, and what that commit took. */
const EVIDENCE_STEPS = `
  select v.committed_at - coalesce((v.timings->>'enrichMs')::float8, 0) * ${MILLISECONDS}, 6,
    'enrich', asked.value->>1, null, v.event_key, (asked.value->>0)::float8, v.posts, asked.key
  from held v, jsonb_each(v.timings->'enrich') asked
  union all
  select v.committed_at, 7, 'rules', 'scored', null, v.event_key, (v.timings->>'rulesMs')::float8,
    v.posts, null
  from held v where v.timings is not null
  union all
  select v.committed_at, 8, 'store', 'evidence', null, v.event_key, v.store_ms, v.posts, null
  from held v`;

/**
 * The attempts at what the post set off: in its own commit, or later in its trace. Those of tenants
 * are for the tenants alone.
 */
const ATTEMPT_STEPS = `
  select t.at - t.ms * ${MILLISECONDS}, 11, 'notify', t.status,
    concat_ws(': ', case when o.external_shared then 'in a digest' end, t.error),
    o.event_key, t.ms, null, c.name
  from held v
  join push_outbox o on o.event_key = v.event_key and (o.created_at = v.committed_at
    or o.payload_json->'traces' ? (select raw->>'trace' from post))
  join deliveries t on t.outbox_id = o.id
  left join channels c on c.id = o.channel_id
  where o.tenant = 'default'`;

/** What became of post $1 (source), $2 (id): one row, or none when it is not known. */
export const HISTORY = `
with post as (select * from raw_posts where source = $1 and source_id = $2),
held as (
  select v.*, (v.timings->>'posts')::int as posts
  from event_evidence v join post p on v.source = p.source and v.post_id = p.source_id
),
step(at, place, stage, outcome, reason, event_key, ms, shared, who) as (
  select accepted_at, 1, 'sources', 'accepted', null, null, accept_ms::float8, accepted_with::int,
    null
  from post
  union all
  select judged_at, 2, 'filter', case when outcome = 'dropped' then 'dropped' else 'passed' end,
    case when outcome = 'dropped' then concat_ws(': ', reason, nullif(detail, '')) end, null,
    filter_ms, null, null
  from post where judged_at is not null
  union all
  select judged_at, 3, 'refine', 'mention', null, unnest(event_keys), refine_ms, null, null
  from post where outcome not in ('dropped', 'duplicate')
  union all
  select judged_at, 4, 'dedup', case when outcome = 'duplicate' then outcome else 'first' end,
    case when outcome = 'duplicate' then reason end, null, dedup_ms, judged_with, null
  from post where judged_at is not null and (outcome = 'duplicate' or outcome <> 'dropped'
    and dedup_ms is not null)
  union all
  select requeued_at, 5, 'sweep', 'requeued', null, null, null, null, null
  from post where requeued_at is not null
  union all${EVIDENCE_STEPS}
  union all
  select d.created_at, 9, d.stage, 'dead', d.reason, null, null, null, null
  from dead_letters d join post p on d.subject = p.source || ':' || p.source_id
  union all
  select d.replayed_at, 10, d.stage, 'replayed', null, null, null, null, null
  from dead_letters d join post p on d.subject = p.source || ':' || p.source_id
  where d.replayed_at is not null
  union all${ATTEMPT_STEPS}
)
select json_build_object(
  ${LISTED_FIELDS}, 'trace', raw->>'trace', 'traceFrom', raw->>'traceFrom', 'steps',
  (
    select jsonb_agg(jsonb_build_object('stage', s.stage, 'outcome', s.outcome, 'at',
    ${isoColumn("s.at")}, 'reason', nullif(s.reason, ''), 'eventKey', s.event_key,
    'ms', round(s.ms::numeric, 1)::float8, 'shared', nullif(s.shared, 1), 'who', s.who)
      order by s.at, s.place, s.event_key, s.who) from (
        select distinct * from step
      ) s)
) as history from post`;
