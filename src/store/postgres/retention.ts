import type { RetentionResult, RetentionStore } from "../retention.ts";
import { HOUR, IS_OPEN } from "./columns.ts";
import { firstRow, type Sql } from "./sql.ts";

/**
 * Adds what a part of the statement deleted to the counts of what was. `gone` answers outcome and
 * reason of each row.
 */
const COUNTED = (what: string, gone: string): string => `
  insert into archived (what, outcome, reason, count)
  select '${what}', outcome, coalesce(reason, ''), count(*) from ${gone} group by 2, 3 order by 2, 3
  on conflict (what, outcome, reason) do update set count = archived.count + excluded.count`;

/** Notes in the ledger of acceptances which posts of it were deleted: source and hour of each. */
const ARCHIVED_POSTS = (gone: string): string => `
  update accepted_posts a set archived = a.archived + g.count
  from (
    select l.source, l.hour, g.count from accepted_posts l join (
      select source, hour, count(*) from ${gone} group by source, hour
    ) g using (source, hour) order by l.source, l.hour for update of l
  ) g where a.source = g.source and a.hour = g.hour`;

/** What may go, of rows under the aliases p, e, o. `before` is a timestamp in SQL. */
export const OLD: Record<RetentionResult, (before: string) => string> = {
  /**
   * What came to nothing. A dead post stays as long as its dead letter, which may still open it,
   * and as long as an event holds it for another token.
   */
  posts: (before) => `from raw_posts p
  where p.outcome in ('dropped', 'duplicate', 'dead') and p.accepted_at < ${before}
  and p.done_keys = '{}' and (p.outcome <> 'dead' or not exists (
    select from dead_letters d where d.subject = p.source || ':' || p.source_id))`,
  /** Once nothing waits to be delivered of them. */
  events: (before) => `from events e
  where e.last_ts < ${before} and e.updated_at < ${before} and not exists (
    select from push_outbox o where o.event_key = e.event_key and ${IS_OPEN})`,
  /** What ended. A dead one stays as long as its dead letter, which may still open it. */
  deliveries: (before) => `from push_outbox o
  where o.status in ('done', 'dlq') and o.finished_at < ${before} and (o.status <> 'dlq'
  or not exists (
    select from dead_letters d where d.key = 'outbox:' || o.id))`,
  deadLetters: (before) => `from dead_letters where created_at < ${before}`,
  history: (before) => `from signal_history where ts < ${before}`,
  features: (before) => `from onchain_features where as_of < ${before}`,
};

/** `more`: parts of the statement that come before. */
export const postsGone = (old: string, more = ""): string => `
with ${more} old as (${old}),
gone as (
  delete from raw_posts p using old where p.id = old.id returning p.outcome, case
  when p.outcome = 'dropped' then p.reason end as reason, p.source,
  ${HOUR("p.accepted_at")} as hour
),
ledger as (${ARCHIVED_POSTS("gone")}),
counted as (${COUNTED("post", "gone")})
select count(*)::int as gone from gone`;

const POSTS = postsGone(`
  select p.id ${OLD.posts("$1::timestamptz")}
  order by p.accepted_at limit $2::int for update skip locked`);

/**
 * Events with their evidence and signal, and the posts that no other event holds. Those of a post's
 * last judgement may go before one that took it by an earlier judgement. Events are locked first
 * and posts by id, as everywhere.
 */
export const eventsGone = (old: string, more = ""): string => `
with ${more} old as (${old}),
post as (
  select p.id, p.outcome, p.event_keys, p.done_keys from raw_posts p
  where (p.source, p.source_id) in (select v.source, v.post_id from event_evidence v join old
  using (event_key))
  order by p.id for update
),
shorter as (
  select id, outcome,
    array(select k from unnest(event_keys) k where k not in (select event_key from old))
    as event_keys,
    array(select k from unnest(done_keys) k where k not in (select event_key from old)) as done_keys
  from post
),
rest as (
  select id, outcome, done_keys,
    case when outcome = 'evidence' and event_keys = '{}' then done_keys else event_keys end
    as event_keys
  from shorter
),
kept as (
  update raw_posts p set event_keys = r.event_keys, done_keys = r.done_keys
  from rest r where p.id = r.id and not (r.outcome = 'evidence' and r.event_keys = '{}')
),
gone_post as (
  delete from raw_posts p using rest r where p.id = r.id and r.outcome = 'evidence'
  and r.event_keys = '{}'
  returning p.outcome, null as reason, p.source, ${HOUR("p.accepted_at")} as hour
),
ledger as (${ARCHIVED_POSTS("gone_post")}),
gone as (delete from events e using old where e.event_key = old.event_key returning '' as outcome,
'' as reason),
counted as (${COUNTED("event", "gone")}),
counted_post as (${COUNTED("post", "gone_post")})
select count(*)::int as gone from gone`;

const EVENTS = eventsGone(`
  select e.event_key ${OLD.events("$1::timestamptz")}
  order by e.last_ts, e.id limit $2::int for update skip locked`);

/** Deletes the event $1, as if it had grown old. */
export const FORGET_EVENT = eventsGone(
  "select e.event_key from events e where e.event_key = $1 for update",
);

/** Events are locked before their rows go, as commits lock them before they write rows. */
const DELIVERIES = `
with old as (
  select o.id, o.event_key ${OLD.deliveries("$1::timestamptz")}
  order by o.finished_at limit $2::int for update skip locked
),
event as (
  select e.event_key from events e where e.event_key in (select event_key from old)
  order by e.event_key for update
),
gone as (
  delete from push_outbox o using old where o.id = old.id and (select count(*) from event) >= 0
  returning o.status as outcome, '' as reason, o.event_key
),
fewer as (
  update events e set delivery_count = e.delivery_count - g.count
  from (select event_key, count(*) from gone group by event_key) g where e.event_key = g.event_key
),
counted as (${COUNTED("delivery", "gone")})
select count(*)::int as gone from gone`;

/** Rows that no count of the audit is about. */
const plain = (table: string, what: RetentionResult): string => `
with gone as (
  delete from ${table} where ctid in (select ctid ${OLD[what]("$1::timestamptz")}
  limit $2::int for update skip locked) returning 1
)
select count(*)::int as gone from gone`;

const STATEMENTS: Record<RetentionResult, string> = {
  posts: POSTS,
  events: EVENTS,
  deliveries: DELIVERIES,
  deadLetters: plain("dead_letters", "deadLetters"),
  history: plain("signal_history", "history"),
  features: plain("onchain_features", "features"),
};

export const retentionStore = (sql: Sql): RetentionStore => ({
  deleteExpired: async (what, before, limit) =>
    (await firstRow(sql.query<{ gone: number }>(STATEMENTS[what], [before, limit]))).gone,
});
