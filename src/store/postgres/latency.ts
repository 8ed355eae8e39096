/** So many of the latest deliveries are looked at. */
const LOOKED_AT = 2_000;

/** Of each post whose commit wrote a notification that was not held back: from acceptance to the first delivery of it. One row, `ms`. */
export const LATENCY = `
select jsonb_build_object(
  'p50', percentile_disc(0.5) within group (order by ms)::float8, 'p95', percentile_disc(0.95) within group (order by ms)::float8, 'count', count(*)
) as ms
from (
  select extract(epoch from min(o.finished_at) - p.accepted_at) * 1000 as ms
  from (select * from push_outbox where status = 'done' order by id desc limit ${LOOKED_AT}) o
  join event_evidence v on v.event_key = o.event_key and v.committed_at = o.created_at
  join raw_posts p on p.source = v.source and p.source_id = v.post_id
  where o.not_before is null
  group by v.event_key, v.evidence_id, p.accepted_at
) post`;
