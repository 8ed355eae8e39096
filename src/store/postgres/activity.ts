import type { ActivityStore, StoreActivity } from "../activity.ts";
import { firstRow, type Sql } from "./sql.ts";

/** The start of the step of an instant, in seconds. $3: the length of a step. */
const step = (at: string): string => `floor(extract(epoch from ${at}) / $3::int)::bigint * $3::int`;
const within = (at: string): string => `${at} >= $1::timestamptz and ${at} < $2::timestamptz`;
const ms = (from: string, to: string): string => `extract(epoch from ${to} - ${from}) * 1000`;

const percentiles = (value: string): string => `count(*)::int as count,
  percentile_disc(0.5) within group (order by ${value})::float8 as p50,
  percentile_disc(0.95) within group (order by ${value})::float8 as p95,
  percentile_disc(0.99) within group (order by ${value})::float8 as p99`;

const rowsOf = (part: string): string =>
  `(select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (${part}) r)`;

/**
 * $1 from, $2 to, $3 the length of a step in seconds, $4 now. Each part reads one index by time, or
 * what is open.
 */
const ACTIVITY = `
with post as materialized (
  select source, coalesce(outcome, 'open') as outcome, reason, accepted_at, judged_at, ended_at
  from raw_posts where ${within("accepted_at")}
),
sent as materialized (
  select o.finished_at, greatest(o.created_at, o.not_before, o.reopened_at) as due
  from push_outbox o where o.status = 'done' and ${within("o.finished_at")}
)
select jsonb_build_object(
  'posts', ${rowsOf(`
    select ${step("accepted_at")} as t, source,
      case outcome when 'pending' then 'open' else outcome end as outcome,
      case when outcome = 'dropped' then reason end as reason, count(*)::int as count
    from post group by 1, 2, 3, 4 order by 1, 2, 3, 4`)},
  'waits', ${rowsOf(`
    select ${step("accepted_at")} as t, 'judge' as what,
      ${percentiles(ms("accepted_at", "judged_at"))}
    from post where judged_at is not null group by 1
    union all
    select ${step("accepted_at")}, 'evidence', ${percentiles(ms("accepted_at", "ended_at"))}
    from post where outcome = 'evidence' group by 1
    union all
    select ${step("finished_at")}, 'send', ${percentiles(ms("due", "finished_at"))}
    from sent group by 1
    order by 1, 2`)},
  'attempts', ${rowsOf(`
    select ${step("d.at")} as t, c.kind as channel, d.status as result, ${percentiles("d.ms")}
    from deliveries d join push_outbox o on o.id = d.outbox_id join channels c on c.id =
    o.channel_id
    where ${within("d.at")} group by 1, 2, 3 order by 1, 2, 3`)},
  'changes', ${rowsOf(`
    select ${step("ts")} as t, state, count(*)::int as count
    from signal_history where ${within("ts")} group by 1, 2 order by 1, 2`)},
  'rules', ${rowsOf(`
    select rules_version as version, state, count(*)::int as count, avg(score) as score
    from signals where ${within("ts")} group by 1, 2 order by 3 desc, 1, 2 limit 20`)},
  'scores', ${rowsOf(`
    select floor(score / 5)::float8 * 5 as "from", count(*)::int as count
    from signals where ${within("ts")} group by 1 order by 1`)},
  'tokens', ${rowsOf(`
    select e.chain, coalesce(e.symbol, e.token_ca, '') as token, count(*)::int as events,
      sum(e.evidence_count)::int as evidence, max(s.score) as score
    from events e join signals s using (event_key) where ${within("e.last_ts")}
    group by 1, 2 order by 4 desc, 3 desc, 2 limit 20`)},
  'open', ${rowsOf(`
    select 'posts' as what, count(*)::int as count,
      extract(epoch from $4::timestamptz - min(accepted_at))::float8 as "oldestSeconds"
    from raw_posts where ended_at is null
    union all
    select 'deliveries', count(*)::int,
      extract(epoch from $4::timestamptz - min(coalesce(reopened_at, created_at)))::float8
    from push_outbox where status in ('pending', 'failed')
    order by 1 desc`)}
) as activity`;

export const activityStore = (sql: Sql): ActivityStore => ({
  activity: async ({ from, to, stepSeconds }, now) =>
    (await firstRow(sql.query<{ activity: StoreActivity }>(ACTIVITY, [from, to, stepSeconds, now])))
      .activity,
});
