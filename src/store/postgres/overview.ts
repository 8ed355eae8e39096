import type { StoreOverview } from "../read.ts";
import { isoColumn } from "./sql.ts";
import { DELIVERIES_BY_STATUS, POSTS_BY_OUTCOME } from "./tally.ts";

export type OverviewRow = { overview: StoreOverview };

/**
 * $1 now. Posts a minute cover the last sixty minutes, the oldest first, also those without a post.
 */
export const OVERVIEW = `
with post as (${POSTS_BY_OUTCOME}),
delivery as (${DELIVERIES_BY_STATUS}),
minute as (
  select m as at from generate_series(date_trunc('minute', $1::timestamptz) - interval '59 minutes',
  date_trunc('minute', $1::timestamptz), interval '1 minute') m
),
arrived as (
  select date_trunc('minute', accepted_at) as at, count(*) from raw_posts
  where accepted_at >= date_trunc('minute', $1::timestamptz) - interval '59 minutes' group by 1
)
select json_build_object(
  'posts', (select coalesce(jsonb_agg(to_jsonb(p) order by count desc), '[]') from post p),
  'events', (select count(*) from events) + (select coalesce(sum(count), 0)::bigint from archived
  where what = 'event'),
  'signals', (select coalesce(jsonb_agg(to_jsonb(s) order by count desc), '[]') from (select state,
  count(*) from signals group by 1) s),
  'outbox', (select coalesce(jsonb_agg(to_jsonb(o) order by count desc), '[]') from delivery o),
  'deadLetters', (select count(*) from dead_letters where replayed_at is null),
  'postsPerMinute', (select jsonb_agg(jsonb_build_object('minute', ${isoColumn("minute.at")},
  'count', coalesce(arrived.count, 0)) order by minute.at)
    from minute left join arrived using (at))
) as overview`;
