import {
  MOST_COUNTED,
  type OverviewStore,
  type PipelineBacklog,
  type StalledPosts,
  type StoreOverview,
  type WaitingWork,
} from "../overview.ts";
import type { OldRows } from "../retention.ts";
import { IS_OPEN } from "./columns.ts";
import { NEXT_DUE } from "./outbox.ts";
import { OLD } from "./retention.ts";
import { firstRow, isoColumn, type Sql } from "./sql.ts";

/** The parts of a statement that answer the numbers of rows, at a cost that hangs on none of them. */
export const TALLIES = `
tally as (
  select what, outcome, reason, sum(count)::bigint as count from (
    select what, outcome, reason, count from tallies
    union all
    select what, outcome, reason, count from tally_changes
  ) part group by what, outcome, reason having sum(count) <> 0
),
post as (
  select outcome, nullif(reason, '') as reason, sum(count)::bigint as count from (
    select outcome, reason, count from tally where what = 'post'
    union all
    select outcome, reason, count from archived where what = 'post'
  ) part group by outcome, reason
),
delivery as (
  select outcome as status, sum(count)::bigint as count from (
    select outcome, count from tally where what = 'delivery'
    union all
    select outcome, count from archived where what = 'delivery'
  ) part group by outcome
)`;

export const OPEN_DEAD_LETTERS = `(
  select coalesce(sum(count), 0)::bigint from (
    select count from tallies where what = 'deadLetter'
    union all
    select count from tally_changes where what = 'deadLetter'
  ) part)`;

/**
 * $1 now. Posts a minute cover the last sixty minutes, the oldest first, also those without a post.
 */
const OVERVIEW = `
with ${TALLIES},
minute as (
  select ${isoColumn("m")} as at
  from generate_series(date_trunc('minute', $1::timestamptz) - interval '59 minutes',
  date_trunc('minute', $1::timestamptz), interval '1 minute') m
)
select json_build_object(
  'posts', (select coalesce(jsonb_agg(to_jsonb(p) order by count desc), '[]') from post p),
  'events', (select coalesce(sum(count), 0)::bigint from (
    select count from tally where what = 'event'
    union all
    select count from archived where what = 'event') e),
  'signals', (select coalesce(jsonb_agg(jsonb_build_object('state', outcome, 'count', count)
    order by count desc), '[]') from tally where what = 'signal'),
  'outbox', (select coalesce(jsonb_agg(to_jsonb(o) order by count desc), '[]') from delivery o),
  'deadLetters', ${OPEN_DEAD_LETTERS},
  'archive', (select coalesce(jsonb_agg(to_jsonb(a) order by what), '[]') from (
    select outcome as what, sum(count) filter (where reason = 'files') as files,
      sum(count) filter (where reason = 'rows') as rows,
      sum(count) filter (where reason = 'bytes') as bytes
    from archived where what = 'archive' group by outcome) a),
  'postsPerMinute', (select jsonb_agg(jsonb_build_object('minute', minute.at,
  'count', coalesce(t.count, 0)) order by minute.at)
    from minute left join tally t on t.what = 'minute' and t.outcome = minute.at)
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
  'deadLetters', ${OPEN_DEAD_LETTERS}
) as backlog`;

/** $1 since, and then the time before which each kind in `old` is old. */
const waiting = (old: readonly OldRows[]): string => `
select (${NEXT_DUE}) as "nextDue", exists (
  select from raw_posts where ended_at is null and coalesce(requeued_at,
  accepted_at) < $1::timestamptz
) as overdue, array_remove(array[${old
  .map(
    ({ what }, n) => `case when exists (select ${OLD[what](`$${n + 2}::timestamptz`)})
    then '${what}' end`,
  )
  .join(", ")}]::text[], null) as old`;

export const overviewStore = (sql: Sql): OverviewStore => ({
  backlog: async () =>
    (await firstRow(sql.query<{ backlog: PipelineBacklog }>(BACKLOG, []))).backlog,
  overview: async (now) =>
    (await firstRow(sql.query<{ overview: StoreOverview }>(OVERVIEW, [now]))).overview,
  stalled: async (stuckBefore, waitedBefore) =>
    (await firstRow(sql.query<{ stalled: StalledPosts }>(STALLED, [stuckBefore, waitedBefore])))
      .stalled,
  waiting: (since, old) =>
    firstRow(sql.query<WaitingWork>(waiting(old), [since, ...old.map(({ before }) => before)])),
});
