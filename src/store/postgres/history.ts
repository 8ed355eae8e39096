import { isoColumn } from "./sql.ts";

/** What became of post $1 (source), $2 (id): one row, or none when it is not known. */
export const HISTORY = `
with post as (select * from raw_posts where source = $1 and source_id = $2),
step(at, place, stage, outcome, reason, event_key) as (
  select accepted_at, 1, 'sources', 'accepted', null, null from post
  union all
  select judged_at, 2, 'filter', 'dropped', concat_ws(': ', reason, nullif(detail, '')), null
  from post where judged_at is not null and outcome = 'dropped'
  union all
  select judged_at, 2, 'dedup', 'duplicate', reason, null from post where judged_at is not null
  and outcome = 'duplicate'
  union all
  select judged_at, 2, 'refine', 'mention', null, unnest(event_keys) from post
  where judged_at is not null and outcome not in ('dropped', 'duplicate')
  union all
  select requeued_at, 3, 'sweep', 'requeued', null, null from post where requeued_at is not null
  union all
  select v.committed_at, 4, 'store', 'evidence', null, v.event_key
  from event_evidence v join post p on v.source = p.source and v.post_id = p.source_id
  union all
  select d.created_at, 5, d.stage, 'dead', d.reason, null from dead_letters d join post p
  on d.subject = p.source || ':' || p.source_id
  union all
  select d.replayed_at, 6, d.stage, 'replayed', null, null from dead_letters d join post p
  on d.subject = p.source || ':' || p.source_id
  where d.replayed_at is not null
)
select json_build_object(
  'source', source, 'id', source_id, 'author', author, 'text', text, 'postedAt',
  ${isoColumn("posted_at")}, 'acceptedAt', ${isoColumn("accepted_at")},
  'outcome', outcome, 'reason', reason, 'lang', lang, 'spam', spam, 'sentiment', sentiment, 'steps',
  (
    select jsonb_agg(jsonb_build_object('stage', s.stage, 'outcome', s.outcome, 'at',
    ${isoColumn("s.at")}, 'reason', s.reason, 'eventKey', s.event_key)
      order by s.at, s.place, s.event_key) from step s)
) as history from post`;
