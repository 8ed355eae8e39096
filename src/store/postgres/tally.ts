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
