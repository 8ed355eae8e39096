import { closedUnsent, IS_DUE, IS_OPEN, SPENT_MS } from "../columns.ts";

/** How many pieces events.evidence shows; all of them are in event_evidence. */
const SHOWN = 5;

/**
 * The earliest pieces of an event and of the mentions at hand: whatever order they come in, the
 * same ones stay.
 */
const shownEvidence = (key: string, held: string): string => `(
  select jsonb_agg(piece) from (
    select piece from (
      select piece from jsonb_array_elements(${held}) as h(piece)
      union
      select jsonb_build_object('evidence_id', evidence_id, 'author', author, 'posted_at',
      mention->>'postedAt', 'url', mention->>'url') from mention where event_key = ${key}
    ) pieces
    order by piece->>'posted_at', piece->>'evidence_id' limit ${SHOWN}
  ) earliest)`;

/**
 * The one statement of events: $1 is a list of changes, each of another event. Answers a row for
 * each change; `rev` is null for one that is stale.
 *
 * "head" holds the new rev of each event whose row was updated from the expected one or newly made,
 * and nothing when another was first: then no part writes anything for it. All parts see the
 * database as it was when the statement began, so each says what it returned to the ones after it.
 *
 * Two commits on different events may share a post. "post" locks it and reads its latest version,
 * so that the one who comes second sees the first one's key in done_keys. The order is always
 * events by key ("held"), then posts by id: two statements never wait for each other.
 */
const commitSql = (overtaking: Overtaking, history: string): string => `
with change as (
  select * from jsonb_to_recordset($1::jsonb) as c(
    event_key text, expected_rev int, at timestamptz, event jsonb, signal jsonb, evidence jsonb,
    outbox jsonb, history jsonb, timings jsonb
  )
),
event as (
  select c.event_key, c.expected_rev, c.at, e.* from change c, jsonb_to_record(c.event) as e(
    type text, symbol text, "tokenCa" text, chain text, summary text, "windowStart" timestamptz,
    "startTs" timestamptz,
    "lastTs" timestamptz, "evidenceCount" int, copies int, "uniqueAuthors" int
  )
),
drafted as (
  select c.event_key, c.at, d.* from change c, rows from (jsonb_to_recordset(c.outbox) as (
    "channelId" bigint, payload jsonb, "idemKey" text, "notBefore" timestamptz, tenant text
  )) with ordinality as d("channelId", payload, "idemKey", "notBefore", tenant, place)
),
fresh_draft as (
  select event_key, count(*)::int as count from drafted d
  where not exists (select from push_outbox o where o.idem_key = d."idemKey")
  group by event_key
),
mention as (
  select distinct on (c.event_key, mention->>'evidenceId')
    c.event_key, c.at, mention->>'evidenceId' as evidence_id, mention->>'source' as source,
    mention->>'postId' as post_id,
    mention->>'author' as author, (mention->>'postedAt')::timestamptz as posted_at, mention
  from change c, jsonb_array_elements(c.evidence) as m(mention)
),
held as (
  select e.event_key from events e join change c using (event_key)
  where c.expected_rev > 0 order by e.event_key for update of e
),
updated as (
  update events e set
    type = n.type, symbol = n.symbol, token_ca = n."tokenCa", chain = n.chain, summary = n.summary,
    window_start = n."windowStart", start_ts = n."startTs", last_ts = n."lastTs",
    evidence_count = n."evidenceCount",
    copies = n.copies, unique_authors = n."uniqueAuthors",
    evidence = ${shownEvidence("e.event_key", "e.evidence")}, rev = e.rev + 1, updated_at = n.at,
    delivery_count = e.delivery_count + coalesce((
      select count from fresh_draft d where d.event_key = e.event_key), 0)
  from held h join event n using (event_key)
  where e.event_key = h.event_key and e.rev = n.expected_rev
  returning e.event_key, e.rev
),
inserted as (
  insert into events (event_key, type, symbol, token_ca, chain, summary, window_start, start_ts,
  last_ts,
    evidence_count, copies, unique_authors, evidence, rev, updated_at, delivery_count)
  select event_key, type, symbol, "tokenCa", chain, summary, "windowStart", "startTs", "lastTs",
    "evidenceCount", copies, "uniqueAuthors",
    coalesce(${shownEvidence("n.event_key", "'[]'")}, '[]'), 1, at,
    coalesce((select count from fresh_draft d where d.event_key = n.event_key), 0)
    + (select count(*) from push_outbox o where o.event_key = n.event_key)
  from event n
  where expected_rev = 0 order by event_key
  on conflict (event_key) do nothing
  returning event_key, rev
),
head as (
  select event_key, rev from updated union all select event_key, rev from inserted
),
evidence as (
  insert into event_evidence (event_key, evidence_id, source, post_id, author, posted_at, mention,
  committed_at, rev, timings, store_ms)
  select m.event_key, evidence_id, source, post_id, author, posted_at, mention, m.at, rev,
    c.timings, ${SPENT_MS}
  from mention m join head using (event_key) join change c using (event_key)
  on conflict do nothing
),
${history}signal as (
  insert into signals (event_key, state, previous_state, score, level, risk_level, reasons, missing,
  features_snapshot, degraded,
    onchain_asof_ts, onchain_confidence, rules_version, transition, ts)
  select event_key, state, "previousState", score, level, "riskLevel", reasons, missing, facts,
    degraded, "onchainAsofTs", "onchainConfidence", "rulesVersion", transition, ts
  from head join change c using (event_key), jsonb_to_record(c.signal) as s(
    state text, "previousState" text, score float8, level text, "riskLevel" text, reasons jsonb,
    missing jsonb, facts jsonb, degraded boolean,
    "onchainAsofTs" timestamptz, "onchainConfidence" float8, "rulesVersion" text, transition int,
    ts timestamptz
  )
  on conflict (event_key) do update set
    state = excluded.state, previous_state = excluded.previous_state, score = excluded.score,
    level = excluded.level, risk_level = excluded.risk_level,
    reasons = excluded.reasons, missing = excluded.missing,
    features_snapshot = excluded.features_snapshot,
    degraded = excluded.degraded, onchain_asof_ts = excluded.onchain_asof_ts,
    onchain_confidence = excluded.onchain_confidence,
    rules_version = excluded.rules_version, transition = excluded.transition, ts = excluded.ts
),
draft as (
  insert into push_outbox (channel_id, event_key, payload_json, idem_key, not_before, next_retry_at,
  created_at, tenant)
  select "channelId", event_key, payload, "idemKey", "notBefore", coalesce("notBefore", at), at,
    coalesce(tenant, 'default')
  from head join drafted using (event_key)
  order by event_key, place
  on conflict (idem_key) do nothing
  returning id, channel_id, event_key, next_retry_at
),
${overtaking.part}post as (
  select p.id, p.outcome, p.event_keys, p.ended_at, m.at,
    p.done_keys || array(select key from unnest(m.keys) k(key) where key <> all(p.done_keys))
    as done_keys
  from raw_posts p
  join (
    select source, post_id, max(at) as at, array_agg(distinct event_key) as keys
    from mention join head using (event_key) group by source, post_id
  ) m on p.source = m.source and p.source_id = m.post_id
  order by p.id for update of p
),
ending as (
  select *, outcome in ('dropped', 'duplicate') as misjudged,
    outcome is distinct from 'evidence'
      and (outcome in ('dropped', 'duplicate') or (event_keys <> '{}'
      and event_keys <@ done_keys)) is true as ends
  from post
),
ended as (
  update raw_posts p set
    done_keys = n.done_keys,
    event_keys = case when n.misjudged then n.done_keys else p.event_keys end,
    outcome = case when n.ends then 'evidence' else p.outcome end,
    reason = case when n.ends then null else p.reason end,
    detail = case when n.ends then null else p.detail end,
    ended_at = case when n.ends then n.at else p.ended_at end
  from ending n
  where p.id = n.id
)
select c.event_key, h.rev,
  coalesce((
    select jsonb_agg(jsonb_build_object('id', id, 'channelId', channel_id) order by id) from (
      select id, channel_id from draft d
      where d.event_key = c.event_key and next_retry_at <= c.at
      union
      select o.id, o.channel_id from push_outbox o where o.event_key = c.event_key and ${IS_OPEN}
      and ${IS_DUE("c.at")}${overtaking.except}
    ) waiting
  ), '[]') as due
from change c left join head h using (event_key)`;

type Overtaking = { part: string; except: string };
const NO_OVERTAKING: Overtaking = { part: "", except: "" };

/** Of changes with a row of the history; its revision is the one that the commit makes. */
const HISTORY = `history as (
  insert into signal_history (event_key, rev, ts, state, previous_state, score, previous_score,
    level, risk_level, transition, rules_version, evidence_count, unique_authors, liquidity,
    price_usd)
  select event_key, rev, ts, state, "previousState", score, "previousScore", level, "riskLevel",
    transition, "rulesVersion", "evidenceCount", "uniqueAuthors", liquidity, "priceUsd"
  from head join change c using (event_key), jsonb_to_record(c.history) as h(
    ts timestamptz, state text, "previousState" text, score float8, "previousScore" float8,
    level text, "riskLevel" text, transition int, "rulesVersion" text, "evidenceCount" int,
    "uniqueAuthors" int, liquidity float8, "priceUsd" float8
  )
  where c.history is not null
),
`;

const LATEST = "(select max(at) from change)";

/**
 * For changes that downgrade the signal: what their channels were not sent yet of this event would
 * announce what is no longer true, and is closed. What a send of has begun keeps its turn.
 */
const DOWNGRADE: Overtaking = {
  part: `
overtaken as (
  select o.id from push_outbox o join (
    select distinct event_key, "channelId" from head join drafted using (event_key)
    where payload->>'state' = 'downgraded' and not payload ? 'stream'
  ) d on d."channelId" = o.channel_id and d.event_key = o.event_key
  where ${IS_OPEN} and o.leased_until is null and o.sending_token is null
    and o.digest_key is null
    and o.idem_key not in (select "idemKey" from drafted)
  order by o.id for update of o
),
${closedUnsent("overtaken", LATEST, "superseded", "a downgrade came first")},
`,
  except: " and o.id not in (select id from ended_unsent)",
};

/**
 * Parts that no change of a statement needs are left out of it, because planning costs more than
 * running: a part for the history alone takes 0.5 ms.
 */
export const COMMIT = {
  plain: { kept: commitSql(NO_OVERTAKING, ""), changed: commitSql(NO_OVERTAKING, HISTORY) },
  downgrade: { kept: commitSql(DOWNGRADE, ""), changed: commitSql(DOWNGRADE, HISTORY) },
};
