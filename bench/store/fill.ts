import type pg from "pg";

/** How much is stored, and over how long it came. `symbols`: of how many tokens an hour speaks. */
export type Size = { posts: number; days: number; now: string; symbols?: number };

const SYMBOLS = 278;
const CHANNELS = 5;
/** Of post n of the series: when it was accepted, and the token and hour that it speaks of. */
const post = ({ posts, days, now, symbols = SYMBOLS }: Size): string => `
  select n, '${now}'::timestamptz - (${posts} - n) * (interval '${days} days' / ${posts}) as at, (n
  * 7919) % ${symbols} as token, n % 20 as kind
  from generate_series(1::bigint, ${posts}) n`;
const KEY =
  `'eth:T' || token || ':' || to_char(date_trunc('hour', at) at time zone 'UTC', ` +
  `'YYYY-MM-DD"T"HH24:00:00"Z"')`;

/** Of so many events one has open deliveries: how many are open hangs on the rate, not the age. */
const openEach = ({ posts }: Size): number => Math.max(100, Math.trunc(posts / 100));

/** One row in some is a tenant's. */
const ownerOf = (theirs: string): string => `case when ${theirs} then 'acme' else 'default' end`;

/**
 * Of twenty posts eleven are evidence, five dropped, three repeats of another and one in a thousand
 * dead; the last twenty are open. Each event has a signal and about two and a half deliveries over
 * five channels, nearly all of them done. The last channel with its deliveries is that of a tenant.
 */
const parts = (size: Size): [what: string, sql: string][] => [
  [
    "raw_posts",
    `insert into raw_posts (source, source_id, author, text, posted_at, raw, lang, spam, sentiment,
      text_hash, fingerprint, outcome, reason,
      event_keys, done_keys, accepted_at, judged_at, ended_at)
    select 'x', n::text, 'author-' || n % 40000, 'The token $T' || token ||
    ' is spoken of once more, ' || repeat(md5(n::text), 4), at,
      '{"followers": 120, "url": "https://example.org/status"}', 'en', 0.1, 0.2, md5('text ' || n),
      substr(md5(n::text), 1, 16),
      outcome, case outcome when 'dropped' then (array['spam', 'language', 'no_token'])[1 + n % 3]
      when 'duplicate' then 'repeat of x:' || n - 1 end,
      keys, case outcome when 'evidence' then keys else '{}' end, at, case when outcome <> 'open'
      then at end,
      case when outcome <> 'open' then at + interval '1 second' end
    from (
      select *, array[${KEY}] as keys, case
        when n > ${size.posts} - 20 then null when n % 1000 = 16 then 'dead' when kind < 11 then
        'evidence' when kind < 16 then 'dropped' when kind < 19 then 'duplicate'
        else 'evidence' end as outcome
      from (${post(size)}) post
    ) judged order by n`,
  ],
  [
    "events",
    `insert into events (event_key, type, symbol, token_ca, chain, summary, evidence, window_start,
      start_ts, last_ts, evidence_count, copies,
      unique_authors, rev, updated_at)
    select event_keys[1], (array['mention', 'listing', 'rugpull'])[1 + count(*) % 3],
    split_part(split_part(event_keys[1], ':', 2), ':', 1), null, 'eth',
      'people speak of it', '[]', date_trunc('hour', min(posted_at)), min(posted_at),
      max(posted_at), count(*), 0, count(distinct author), count(*), max(accepted_at)
    from raw_posts where outcome = 'evidence' group by 1 order by max(posted_at)`,
  ],
  [
    "event_evidence",
    `insert into event_evidence (event_key, evidence_id, source, post_id, author, posted_at,
      mention, committed_at)
    select event_keys[1], 'x:' || source_id, source, source_id, author, posted_at,
      jsonb_build_object('eventKey', event_keys[1], 'evidenceId', 'x:' || source_id, 'excerpt',
      text, 'author', author, 'postedAt', posted_at), accepted_at
    from raw_posts where outcome = 'evidence' order by id`,
  ],
  [
    "signals",
    `insert into signals (event_key, state, score, level, risk_level, reasons, missing,
      features_snapshot, degraded, rules_version, transition, ts)
    select event_key, case when id % 10 < 7 then 'candidate' when id % 10 < 9 then 'verified' else
    'downgraded' end, id % 100, 'medium', 'low',
      '[{"rule": "many authors", "weight": 20, "text": "many authors speak of it"}]', '[]',
      '{"unique_authors": 3, "liquidity_usd": 120000}', false,
      'a1b2c3', 1, last_ts + interval '1 second'
    from events order by id`,
  ],
  [
    "tenants",
    `insert into tenants (name, created_at)
    select name, '${size.now}' from unnest(array['acme', 'small']) name`,
  ],
  [
    "channels",
    `insert into channels (kind, name, settings, filter, created_at, tenant)
    select 'webhook', 'hook-' || c, '{}', '{}', '${size.now}', ${ownerOf(`c = ${CHANNELS}`)}
    from generate_series(1, ${CHANNELS}) c`,
  ],
  [
    "push_outbox",
    `insert into push_outbox (channel_id, event_key, payload_json, status, retry_count,
      next_retry_at, created_at, idem_key, finished_at, external_id, tenant)
    select c, event_key, '{"headline": "a token is spoken of", "score": 61}', status, 0, last_ts,
    last_ts, md5(event_key || c),
      case when status in ('done', 'dlq') then last_ts + interval '2 seconds' end, 'sent-' || id,
      ${ownerOf(`c = ${CHANNELS}`)}
    from (
      select id, event_key, updated_at as last_ts, c,
        case when id % ${openEach(size)} = 1 then 'failed' when id % 3000 = 2 then 'dlq'
        when id % ${openEach(size)} = 3 then 'pending' else 'done' end as status
      from events e, generate_series(1, ${CHANNELS}) c where (id + c) % 2 = 0
    ) o order by last_ts, id, c`,
  ],
  [
    "deliveries",
    `insert into deliveries (outbox_id, lease_token, at, status, http_status, ms, ambiguous)
    select id, md5(id::text), finished_at, 'ok', 200, 31, false from push_outbox where finished_at
    is not null order by id`,
  ],
  [
    "dead_letters",
    `insert into dead_letters (key, stage, reason, error, payload, attempts, subject, advice,
      created_at, replayed_at, tenant)
    select 'posts:' || source_id, 'posts', 'exhausted', 'retries used up', '{}', 100, 'x:' ||
    source_id, 'mend it', accepted_at,
      case when id % 3 = 0 then accepted_at end, ${ownerOf("id % 7 = 0")}
    from raw_posts where outcome = 'dead' order by id`,
  ],
  [
    "audit_log",
    `insert into audit_log (at, key_id, action, subject, request_id, tenant)
    select '${size.now}'::timestamptz - n * interval '1 second', 'key-' || n % 40, 'updateChannel',
      'channel/' || n % 100, 'request-' || n, ${ownerOf("n % 10 = 0")}
    from generate_series(${size.posts} / 10, 1, -1) n`,
  ],
];

/**
 * Fills an empty database. The rows contradict nothing: the audit of them finds none. The triggers
 * that keep the numbers of rows stand still meanwhile, and indexes are made at the end, as it is
 * done when rows are loaded. A table that the same transaction emptied is written without the log
 * of the server, whose `wal_level` is minimal.
 */
export async function fill(pool: pg.Pool, size: Size): Promise<void> {
  const client = await pool.connect();
  const timed = async (what: string, sql: string) => {
    const began = performance.now();
    const { rowCount } = await client.query(sql);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`  ${what.padEnd(15)} ${String(rowCount ?? "").padStart(9)} rows in ${seconds} s`);
  };
  try {
    await client.query("set session_replication_role = replica");
    await client.query("set maintenance_work_mem = '512MB'; set work_mem = '128MB'");
    const { rows: indexes } = await client.query<{ name: string; made: string }>(
      `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made
      from pg_index i where indrelid in (select oid from pg_class
        where relnamespace = 'public'::regnamespace)
      and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    );
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    for (const [what, sql] of parts(size)) {
      await client.query("begin");
      await client.query(`truncate ${what} restart identity cascade`);
      await timed(what, sql);
      await client.query("commit");
    }
    await timed("indexes", indexes.map(({ made }) => made).join(";"));
    await timed("tallies", "select recount_tallies()");
    await client.query("reset session_replication_role");
  } finally {
    client.release();
  }
  await pool.query("vacuum analyze");
}
