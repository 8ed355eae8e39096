/** Posts that are looked at: those that wait the longest. */
const LOOKED_AT = 5_000;
const NAMED = 5;

/** $1 stuck before, $2 waited before. */
export const STALLED = `
with waiting as (
  select source, judged_at, event_keys, done_keys, accepted_at from raw_posts
  where ended_at is null order by coalesce(requeued_at, accepted_at), id limit ${LOOKED_AT}
),
source as (
  select source, count(*)::int as count,
    (count(*) filter (where accepted_at < $1::timestamptz))::int as stuck
  from waiting where judged_at is null and accepted_at < $2::timestamptz
  group by 1 order by 2 desc, 1 limit ${NAMED}
),
event as (
  select key as "eventKey", count(*)::int as count
  from waiting, unnest(event_keys) as key
  where judged_at is not null and accepted_at < $1::timestamptz and key <> all(done_keys)
  group by 1 order by 2 desc, 1 limit ${NAMED}
)
select jsonb_build_object(
  'sources', (select coalesce(jsonb_agg(to_jsonb(s) order by count desc, source), '[]')
    from source s),
  'events', (select coalesce(jsonb_agg(to_jsonb(e) order by count desc, "eventKey"), '[]')
    from event e)
) as stalled`;
