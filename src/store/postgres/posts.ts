import {
  type Judgement,
  OVERLOAD_EVENTS,
  OVERLOAD_POSTS,
  type PostHistory,
  type PostListed,
  type PostRef,
  type PostStore,
  REPEAT_WINDOW_DAYS,
} from "../posts.ts";
import { HOUR, SPENT_MS } from "./columns.ts";
import { HISTORY, LISTED_FIELDS } from "./post-history.ts";
import { firstRow, isoColumn, jsonParam, newestFirst, type Sql } from "./sql.ts";

/**
 * One accept at a time takes acceptance numbers, so that a lower number is always committed first:
 * judge must never miss an earlier post because its statement is still under way. The join makes
 * every number wait for the lock. $3 is null where load is no matter. Each source has a load of its
 * own, counted by the indexes of the posts without a verdict and of those that are open.
 */
const ACCEPT = `
with arrival as (
  select * from rows from (jsonb_to_recordset($1::jsonb) as (
    source text, id text, author text, text text, "postedAt" timestamptz, raw jsonb,
    "textHash" text, lang text, spam float8, sentiment float8, fingerprint text, outcome text,
    reason text, evidence text, "filterMs" real, "refineMs" real
  )) with ordinality as a(source, id, author, text, "postedAt", raw, "textHash", lang, spam,
    sentiment, fingerprint, outcome, reason, detail, "filterMs", "refineMs", place)
),
load as (
  select source from (select distinct source from arrival) s
  where $3::timestamptz is not null and (${OVERLOAD_POSTS} = (
    select count(*) from (
      select from raw_posts p
      where p.source = s.source and p.judged_at is null and p.ended_at is null
        and coalesce(p.requeued_at, p.accepted_at) < $3::timestamptz
      limit ${OVERLOAD_POSTS}
    ) waiting)
    or exists (
      select from (
        select p.event_keys[1] as event_key from raw_posts p
        where p.source = s.source and p.judged_at is not null and p.ended_at is null
          and coalesce(p.requeued_at, p.accepted_at) < $3::timestamptz
        limit ${OVERLOAD_POSTS}
      ) judged
      having count(*) = ${OVERLOAD_POSTS} and count(distinct event_key) >= ${OVERLOAD_EVENTS}))
),
lane as (select pg_advisory_xact_lock(7203001)),
fresh as (
  insert into raw_posts (source, source_id, author, text, posted_at, raw, text_hash, accepted_at,
    lang, spam, sentiment, fingerprint, outcome, reason, detail, judged_at, ended_at, accept_ms,
    accepted_with, filter_ms, refine_ms)
  select a.source, a.id, a.author, a.text, a."postedAt", a.raw, a."textHash", $2::timestamptz,
    a.lang, a.spam, a.sentiment, a.fingerprint, a.outcome, a.reason, a.detail, e.at, e.at,
    ${SPENT_MS}, (select count(*) from arrival), a."filterMs", a."refineMs"
  from lane, arrival a,
    lateral (select case when a.outcome is not null then $2::timestamptz end as at) e
  where a.source not in (select source from load)
  order by a.place
  on conflict (source, source_id) do nothing
  returning source, source_id as id
),
counted as (
  insert into accepted_posts (source, hour, accepted)
  select source, ${HOUR("$2::timestamptz")}, count(*) from fresh group by source order by source
  on conflict (source, hour) do update set accepted = accepted_posts.accepted + excluded.accepted
)
select (select coalesce(jsonb_agg(source order by source), '[]') from load) as overloaded,
  (select coalesce(jsonb_agg(fresh), '[]') from fresh) as fresh`;

/**
 * Rows are locked in the order of their ids, here and wherever posts are written, so that no two
 * statements wait for each other. A row of "post" is the latest version, read under its lock; the
 * snapshot of the statement may be older. Evidence that an event holds outranks a later verdict on
 * the post.
 */
const JUDGE = `
with judged as (
  select distinct on (j.source, j.id) j.*
  from jsonb_to_recordset($1::jsonb) as j(
    source text, id text, lang text, spam float8, sentiment float8, fingerprint text,
    outcome text, reason text, evidence text, "eventKeys" text[], "filterMs" real, "refineMs" real
  )
),
post as (
  select p.id as post_id, p.author, p.text_hash, p.posted_at, p.ended_at, p.outcome as held_outcome,
  p.done_keys, j.*
  from judged j join raw_posts p on p.source = j.source and p.source_id = j.id
  order by p.id for update of p
),
ruling as (
  select post.*,
    case
      when post.outcome = 'dropped' then case when done_keys = '{}' then 'dropped'
      else 'evidence' end
      when earlier.outcome in ('evidence', 'duplicate') then 'duplicate'
      when earlier.ref is not null then 'waiting'
      when "eventKeys" <> '{}' and "eventKeys" <@ done_keys then 'evidence'
      else 'pending'
    end as ruled,
    earlier.ref
  from post left join lateral (
    select e.source || ':' || e.source_id as ref, e.outcome
    from raw_posts e
    where e.text_hash = post.text_hash and e.author = post.author and e.id < post.post_id
      and e.posted_at between post.posted_at - interval '${REPEAT_WINDOW_DAYS} days'
      and post.posted_at + interval '${REPEAT_WINDOW_DAYS} days'
      and coalesce(e.outcome, '') not in ('dropped', 'dead')
      and not exists (select from judged d where d.source = e.source and d.id = e.source_id
      and d.outcome = 'dropped')
    order by e.id limit 1
  ) earlier on post.outcome = 'pending' and post.done_keys = '{}'
    and post.held_outcome is distinct from 'pending'
),
filled as (
  update raw_posts p set
    lang = r.lang, spam = r.spam, sentiment = r.sentiment, fingerprint = r.fingerprint,
    judged_at = $2::timestamptz, filter_ms = r."filterMs", refine_ms = r."refineMs",
    dedup_ms = ${SPENT_MS}, judged_with = (select count(*) from judged),
    outcome = case r.ruled when 'waiting' then p.outcome else r.ruled end,
    reason = case r.ruled when 'dropped' then r.reason when 'duplicate'
    then 'repeat of ' || r.ref end,
    detail = case r.ruled when 'dropped' then r.evidence end,
    event_keys = case when r.outcome = 'dropped' then nullif(r.done_keys, '{}')
    when r.ruled not in ('duplicate', 'waiting') then r."eventKeys" end,
    ended_at = case when r.ruled not in ('pending', 'waiting') then $2::timestamptz end
  from ruling r
  where p.id = r.post_id and r.ended_at is null
)
select source, id, case when ended_at is null then ruled else held_outcome end as outcome,
ended_at is not null as ended, ref from ruling`;

const OVERDUE = `
with waiting as (
  select id, coalesce(requeued_at, accepted_at) as since from raw_posts
  where ended_at is null and coalesce(requeued_at, accepted_at) < $1::timestamptz
  order by coalesce(requeued_at, accepted_at), id limit $3::int
  for update skip locked
),
marked as (
  update raw_posts p set requeued_at = $2::timestamptz from waiting w where p.id = w.id
  returning p.*, w.since
)
select raw || jsonb_build_object('source', source, 'id', source_id, 'author', author, 'text', text,
'postedAt', ${isoColumn("posted_at")}) as post
from marked order by since, id`;

type RuledPost = PostRef & {
  outcome: Judgement["outcome"] | "duplicate" | "evidence" | "dead" | "waiting";
  /** Its outcome was final before. */
  ended: boolean;
  ref: string | null;
};

const isSettled = ({ outcome, ended }: RuledPost): boolean =>
  outcome !== "duplicate" && (ended || outcome === "evidence");

export function postStore(sql: Sql): PostStore {
  return {
    async accept(arrivals, at, waitedSince) {
      const rows = arrivals.map(
        ({ post: { source, id, author, text, postedAt, ...raw }, textHash, dropped }) => ({
          ...dropped,
          ...{ source, id, author, text, postedAt, raw, textHash },
        }),
      );
      const params = [jsonParam(rows), at, waitedSince ?? null];
      const { overloaded, fresh } = await firstRow(
        sql.query<{ overloaded: string[]; fresh: PostRef[] }>(ACCEPT, params),
      );
      return { fresh, ...(overloaded.length > 0 && { overloaded }) };
    },
    async recordJudgements(judgements, at) {
      const ruled = await sql.query<RuledPost>(JUDGE, [jsonParam(judgements), at]);
      const refOf = ({ source, id }: RuledPost): PostRef => ({ source, id });
      return {
        duplicates: ruled.filter(({ outcome }) => outcome === "duplicate").map(refOf),
        settled: ruled.filter(isSettled).map(refOf),
        waiting: ruled
          .filter(({ outcome }) => outcome === "waiting")
          .map((post) => ({ ...refOf(post), behind: post.ref ?? "" })),
      };
    },
    async overdue(before, at, limit) {
      const rows = await sql.query<{ post: Awaited<ReturnType<PostStore["overdue"]>>[number] }>(
        OVERDUE,
        [before, at, limit],
      );
      return rows.map(({ post }) => post);
    },
    post: async (source, id) =>
      (await sql.query<{ history: PostHistory }>(HISTORY, [source, id]))[0]?.history,
    posts: ({ source, outcome, reason, since }, paging) =>
      newestFirst<PostListed>(
        sql,
        POST_ROWS,
        [
          ["p.source = ?", source],
          ["p.outcome = ?", outcome],
          ["p.reason = ?", reason],
          ["p.accepted_at >= ?", since],
        ],
        paging,
      ),
  };
}

const POST_ROWS = {
  item: `json_build_object(${LISTED_FIELDS})`,
  at: null,
  id: "p.id",
  from: "raw_posts p",
};
