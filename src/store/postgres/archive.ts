import type { ArchiveBatch, ArchivedKind, ArchiveListed, ArchiveStore } from "../archive.ts";
import { eventsGone, OLD, postsGone } from "./retention.ts";
import { firstRow, isoColumn, newestFirst, type Sql } from "./sql.ts";

const BEFORE = "$2::timestamptz";

/** What is old of each kind: its id, its time, and what its batch is named by. */
const OLD_ROWS: Record<ArchivedKind, string> = {
  posts: `select p.id, p.accepted_at as at, p.source || ':' || p.source_id as key
    ${OLD.posts(BEFORE)}`,
  events: `select e.id, e.last_ts as at, e.event_key || ':' || e.rev as key
    ${OLD.events(BEFORE)}`,
  history: `select id, ts as at, event_key || ':' || rev as key ${OLD.history(BEFORE)}`,
};

const TABLE: Record<ArchivedKind, string> = {
  posts: "raw_posts",
  events: "events",
  history: "signal_history",
};

/**
 * $1 the kind, $2 before, $3 how many, $4 now. Whoever loses the race for a kind's one open batch
 * finds none, and asks again. A batch is of one day of UTC.
 */
const plan = (what: ArchivedKind): string => `
with open as (
  select b.id, b.day, b.name, cardinality(b.ids) = (
    select count(*) from ${TABLE[what]} t where t.id in (select unnest(b.ids))) as whole
  from archive_batches b where b.what = $1 and b.ended_at is null
),
lost as (
  update archive_batches b set ended_at = $4::timestamptz, ids = '{}' from open
  where b.id = open.id and not open.whole
),
old as (
  ${OLD_ROWS[what]} and not exists (select from open)
  order by 2, 1 limit $3::int
),
batch as (
  select to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day, array_agg(id order by at, id) as ids,
    md5(string_agg(key, ',' order by at, id)) as hash
  from old group by 1 order by 1 limit 1
),
planned as (
  insert into archive_batches (what, day, name, ids, planned_at)
  select $1, day, $1 || '/day=' || day || '/' || hash, ids, $4::timestamptz from batch
  on conflict do nothing returning id, day, name
)
select id::float8 as id, day, name, whole from open
union all select id::float8, day, name, true from planned`;

const IDS = `unnest(b.ids) with ordinality as i(id, n)`;
const PLACE = `lpad(i.n::text, 8, '0')`;

const POST_COLUMNS = `'source', p.source, 'source_id', p.source_id, 'author', p.author,
  'text', p.text, 'posted_at', ${isoColumn("p.posted_at")}, 'raw', p.raw, 'lang', p.lang,
  'accepted_at', ${isoColumn("p.accepted_at")}, 'sentiment', p.sentiment, 'spam', p.spam,
  'text_hash', p.text_hash, 'fingerprint', p.fingerprint`;

/** A place in the batch and the row as it stands in the file. */
const ROWS: Record<ArchivedKind, string> = {
  posts: `select ${PLACE} as place, json_build_object('id', p.id, ${POST_COLUMNS},
    'outcome', p.outcome, 'reason', p.reason, 'detail', p.detail,
    'judged_at', ${isoColumn("p.judged_at")}, 'ended_at', ${isoColumn("p.ended_at")}) as item
  from archive_batches b, ${IDS} join raw_posts p on p.id = i.id`,
  events: `select ${PLACE} || '/' || v.evidence_id as place, json_build_object(
    'event_key', e.event_key, 'type', e.type, 'symbol', e.symbol, 'token_ca', e.token_ca,
    'chain', e.chain, 'window_start', ${isoColumn("e.window_start")},
    'evidence_count', e.evidence_count, 'copies', e.copies, 'unique_authors', e.unique_authors,
    'state', s.state, 'score', s.score, 'level', s.level, 'risk_level', s.risk_level,
    'rules_version', s.rules_version, 'reasons', s.reasons, 'facts', s.features_snapshot,
    'history', case when v.evidence_id = (select min(w.evidence_id) from event_evidence w
      where w.event_key = e.event_key) then (
      select jsonb_agg(to_jsonb(h) - 'id' - 'event_key' order by h.ts, h.id)
      from signal_history h where h.event_key = e.event_key) end,
    'evidence_id', v.evidence_id, 'committed_at', ${isoColumn("v.committed_at")},
    'mention', v.mention, ${POST_COLUMNS}) as item
  from archive_batches b, ${IDS} join events e on e.id = i.id
  join event_evidence v on v.event_key = e.event_key
  left join signals s on s.event_key = e.event_key
  left join raw_posts p on p.source = v.source and p.source_id = v.post_id`,
  history: `select ${PLACE} as place, json_build_object('ts', ${isoColumn("h.ts")},
    'event_key', h.event_key, 'chain', e.chain, 'symbol', e.symbol, 'rev', h.rev,
    'state', h.state, 'previous_state', h.previous_state, 'score', h.score,
    'previous_score', h.previous_score, 'level', h.level, 'risk_level', h.risk_level,
    'transition', h.transition, 'rules_version', h.rules_version,
    'evidence_count', h.evidence_count, 'unique_authors', h.unique_authors,
    'liquidity', h.liquidity, 'price_usd', h.price_usd) as item
  from archive_batches b, ${IDS} join signal_history h on h.id = i.id
  join events e on e.event_key = h.event_key`,
};

/** $1 the batch, $2 after which place, $3 how many rows and $4 bytes at most, of one at least. */
const page = (what: ArchivedKind): string => `
with candidate as (
  select place, item::text as item from (${ROWS[what]}
    where b.id = $1::bigint and b.ended_at is null) r
  where place collate "C" > $2 order by place collate "C" limit $3::int
),
sized as (
  select *, sum(octet_length(item)) over (order by place collate "C") as total from candidate
),
fit as (select * from sized where total <= $4::int or total = octet_length(item))
select coalesce('[' || string_agg(item, ',' order by place collate "C") || ']', '[]') as rows,
  max(place collate "C") as last,
  (select count(*) from sized) = $3::int or count(*) < (select count(*) from sized) as more
from fit`;

/** $1 the batch, $2 before, $3 now, $4 files, $5 rows, $6 bytes. */
const FINISHED = `
file as (
  select b.id, b.ids, b.what from archive_batches b
  where b.id = $1::bigint and b.ended_at is null for update
),
finished as (
  update archive_batches b set ended_at = $3::timestamptz, ids = '{}', files = $4::int,
    rows = $5::bigint, bytes = $6::bigint
  from file where b.id = file.id
),
filed as (
  insert into archived (what, outcome, reason, count)
  select 'archive', file.what, figure, count from file, (values
    ('bytes', $6::bigint), ('files', $4::bigint), ('rows', $5::bigint)) f(figure, count)
  where $4::int > 0
  on conflict (what, outcome, reason) do update set count = archived.count + excluded.count
),`;

const IN_BATCH = "in (select unnest(file.ids) from file)";

const GONE: Record<ArchivedKind, string> = {
  posts: postsGone(
    `select p.id ${OLD.posts(BEFORE)} and p.id ${IN_BATCH} order by p.id for update`,
    FINISHED,
  ),
  events: eventsGone(
    `select e.event_key ${OLD.events(BEFORE)} and e.id ${IN_BATCH}
    order by e.event_key for update`,
    FINISHED,
  ),
  history: `with ${FINISHED}
gone as (
  delete from signal_history h using file
  where h.id in (select unnest(file.ids)) and h.ts < ${BEFORE} returning 1
)
select count(*)::int as gone from gone`,
};

const LISTED = {
  item: `json_build_object('id', b.id, 'what', b.what, 'day', b.day, 'name', b.name,
    'files', b.files, 'rows', b.rows, 'bytes', b.bytes, 'endedAt', ${isoColumn("b.ended_at")})`,
  from: "archive_batches b",
  at: null,
  id: "b.id",
};

type Planned = Omit<ArchiveBatch, "what"> & { whole: boolean };

export const archiveStore = (sql: Sql): ArchiveStore => ({
  async planArchive(what, before, limit, at) {
    for (let attempt = 0; attempt < 3; attempt++) {
      const [planned] = await sql.query<Planned>(plan(what), [what, before, limit, at]);
      if (planned?.whole) {
        const { id, day, name } = planned;
        return { id, what, day, name };
      }
      if (planned === undefined && attempt > 0) return undefined;
    }
    return undefined;
  },
  async archiveRows({ id, what }, after, limit, bytes) {
    const { rows, last, more } = await firstRow(
      sql.query<{ rows: string; last: string | null; more: boolean }>(page(what), [
        id,
        after ?? "",
        limit,
        bytes,
      ]),
    );
    return { rows: JSON.parse(rows), next: more ? last : null };
  },
  async deleteArchived({ id, what }, { files, rows, bytes }, before, at) {
    const params = [id, before, at, files, rows, bytes];
    return (await firstRow(sql.query<{ gone: number }>(GONE[what], params))).gone;
  },
  archives: ({ what, since, until }, paging) =>
    newestFirst<ArchiveListed>(
      sql,
      LISTED,
      [
        ["b.files > ?", 0],
        ["b.what = ?", what],
        ["b.day >= ?", since],
        ["b.day <= ?", until],
      ],
      paging,
    ),
  async archive(id) {
    const [row] = await sql.query<{ item: ArchiveListed }>(
      `select ${LISTED.item} as item from archive_batches b where b.id = $1::bigint and files > 0`,
      [id],
    );
    return row?.item;
  },
});
