import {
  MOST_COUNTED,
  type OverviewStore,
  type PipelineBacklog,
  type StalledPosts,
  type StoreOverview,
  type WaitingWork,
} from "../overview.ts";
import { IS_OPEN } from "./columns.ts";
import { NEXT_DUE } from "./outbox.ts";
import { OLD } from "./retention.ts";
import { firstRow, isoColumn, type Sql } from "./sql.ts";

/**
 * Rows of outcome, reason and count: how posts ended, those that retention deleted among them. Each
 * live part reads one partial index and no row. The reason is of what was dropped; an open post has
 * no outcome yet or is pending.
 */
export const POSTS_BY_OUTCOME = `
select outcome, reason, sum(count)::bigint as count from (
  select 'dropped' as outcome, reason, count(*) from raw_posts where outcome = 'dropped'
  group by reason
  union all
  select coalesce(outcome, 'open'), null, count(*) from raw_posts where outcome is distinct
  from 'dropped' group by outcome
  union all
  select outcome, nullif(reason, ''), count from archived where what = 'post'
) part group by outcome, reason`;

export const DELIVERIES_BY_STATUS = `
select status, sum(count)::bigint as count from (
  select status, count(*) from push_outbox group by status
  union all
  select outcome, count from archived where what = 'delivery'
) part group by status`;

/**
 * $1 now. Posts a minute cover the last sixty minutes, the oldest first, also those without a post.
 */
const OVERVIEW = `
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

/** Posts that are looked at: those that wait the longest. */
const LOOKED_AT = 5_000;
const NAMED = 5;

/** $1 stuck before, $2 waited before. */
const STALLED = `
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

/** What is held back on purpose is due at the end of that. */
const BACKLOG = `
with open as (
  select greatest(o.created_at, o.not_before, o.reopened_at) as due from push_outbox o
  where ${IS_OPEN} limit ${MOST_COUNTED}
)
select json_build_object(
  'oldestPost', (select ${isoColumn("accepted_at")} from raw_posts where ended_at is null
    order by coalesce(requeued_at, accepted_at), id limit 1),
  'outbox', (select count(*) from open),
  'oldestDelivery', (select ${isoColumn("min(due)")} from open),
  'deadLetters', (select count(*) from dead_letters where replayed_at is null)
) as backlog`;

const waiting = (old: string): string => `
select (${NEXT_DUE}) as "nextDue", ${old} as old, exists (
  select from raw_posts where ended_at is null and coalesce(requeued_at,
  accepted_at) < $1::timestamptz
) as overdue`;

export const overviewStore = (sql: Sql): OverviewStore => ({
  backlog: async () =>
    (await firstRow(sql.query<{ backlog: PipelineBacklog }>(BACKLOG, []))).backlog,
  overview: async (now) =>
    (await firstRow(sql.query<{ overview: StoreOverview }>(OVERVIEW, [now]))).overview,
  stalled: async (stuckBefore, waitedBefore) =>
    (await firstRow(sql.query<{ stalled: StalledPosts }>(STALLED, [stuckBefore, waitedBefore])))
      .stalled,
  waiting: (since, old) =>
    old === null
      ? firstRow(sql.query<WaitingWork>(waiting("false"), [since]))
      : firstRow(
          sql.query<WaitingWork>(waiting(`exists (select ${OLD[old.what]("$2::timestamptz")})`), [
            since,
            old.before,
          ]),
        ),
});
