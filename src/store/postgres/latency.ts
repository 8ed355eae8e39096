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
