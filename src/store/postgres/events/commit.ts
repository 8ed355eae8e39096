import { closedUnsent, IS_OPEN, SPENT_MS, WAITS_FOR } from "../columns.ts";

/** How many pieces events.evidence shows; all of them are in event_evidence. */
const SHOWN = 5;

/**
 * The earliest pieces of the event e and of the mentions at hand: whatever order they come in, the
 * same ones stay.
 */
const shownEvidence = (held: string): string => `(
  select jsonb_agg(piece) from (
    select piece from (
      select piece from jsonb_array_elements(${held}) as h(piece)
      union
      select jsonb_build_object('evidence_id', evidence_id, 'author', author, 'posted_at',
      mention->>'postedAt', 'url', mention->>'url') from mention
    ) pieces
    order by piece->>'posted_at', piece->>'evidence_id' limit ${SHOWN}
  ) earliest)`;

/**
 * The one statement of an event: $1 event key, $2 expected rev, $3 now, then as JSON $4 event, $5
 * signal, $6 evidence, $7 outbox drafts.
 *
 * "head" holds the new rev when the event row was updated from the expected one or newly made, and
 * nothing when another was first: then no part writes anything. All parts see the database as it
 * was when the statement began, so each says what it returned to the ones after it.
 *
 * Two commits on different events may share a post. "post" locks it and reads its latest version,
 * so that the one who comes second sees the first one's key in done_keys. The order is always event
 * first, then posts by id: two commits never wait for each other.
 */
const commitSql = (overtaking: Overtaking, history: string): string => `
with event as (
  select * from jsonb_to_record($4::jsonb) as e(
    type text, symbol text, "tokenCa" text, chain text, summary text, "windowStart" timestamptz,
    "startTs" timestamptz,
    "lastTs" timestamptz, "evidenceCount" int, copies int, "uniqueAuthors" int, timings jsonb
  )
),
fresh_draft as (
  select count(*)::int as count from jsonb_to_recordset($7::jsonb) as d("idemKey" text)
  where not exists (select from push_outbox o where o.idem_key = d."idemKey")
),
mention as (
  select distinct on (mention->>'evidenceId')
    mention->>'evidenceId' as evidence_id, mention->>'source' as source, mention->>'postId'
    as post_id,
    mention->>'author' as author, (mention->>'postedAt')::timestamptz as posted_at, mention
  from jsonb_array_elements($6::jsonb) as m(mention)
),
updated as (
  update events e set
    type = n.type, symbol = n.symbol, token_ca = n."tokenCa", chain = n.chain, summary = n.summary,
    window_start = n."windowStart", start_ts = n."startTs", last_ts = n."lastTs",
    evidence_count = n."evidenceCount",
    copies = n.copies, unique_authors = n."uniqueAuthors",
    evidence = ${shownEvidence("e.evidence")}, rev = e.rev + 1, updated_at = $3::timestamptz,
    delivery_count = e.delivery_count + (select count from fresh_draft)
  from event n
  where e.event_key = $1 and e.rev = $2::int
  returning e.rev
),
inserted as (
  insert into events (event_key, type, symbol, token_ca, chain, summary, window_start, start_ts,
  last_ts,
    evidence_count, copies, unique_authors, evidence, rev, updated_at, delivery_count)
  select $1, type, symbol, "tokenCa", chain, summary, "windowStart", "startTs", "lastTs",
    "evidenceCount", copies, "uniqueAuthors", coalesce(${shownEvidence("'[]'")}, '[]'), 1,
    $3::timestamptz, (select count from fresh_draft) + (select count(*) from push_outbox o
    where o.event_key = $1)
  from event
  where $2::int = 0
  on conflict (event_key) do nothing
  returning rev
),
head as (select rev from updated union all select rev from inserted),
evidence as (
  insert into event_evidence (event_key, evidence_id, source, post_id, author, posted_at, mention,
  committed_at, rev, timings, store_ms)
  select $1, evidence_id, source, post_id, author, posted_at, mention, $3::timestamptz, rev,
    (select timings from event), ${SPENT_MS}
  from mention, head
  on conflict do nothing
),
${history}signal as (
  insert into signals (event_key, state, previous_state, score, level, risk_level, reasons, missing,
  features_snapshot, degraded,
    onchain_asof_ts, onchain_confidence, rules_version, transition, ts)
  select $1, state, "previousState", score, level, "riskLevel", reasons, missing, facts, degraded,
    "onchainAsofTs", "onchainConfidence", "rulesVersion", transition, ts
  from head, jsonb_to_record($5::jsonb) as s(
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
  created_at)
  select "channelId", "eventKey", payload, "idemKey", "notBefore", coalesce("notBefore",
  $3::timestamptz), $3::timestamptz
  from head, jsonb_to_recordset($7::jsonb) as d("channelId" bigint, "eventKey" text, payload jsonb,
  "idemKey" text, "notBefore" timestamptz)
  on conflict (idem_key) do nothing
  returning id, channel_id, next_retry_at
),
${overtaking.part}post as (
  select p.id, p.outcome, p.event_keys, p.ended_at,
    case when $1 = any(p.done_keys) then p.done_keys else p.done_keys || $1::text end as done_keys
  from raw_posts p
  join (select distinct source, post_id from mention) m on p.source = m.source
  and p.source_id = m.post_id
  where exists (select from head)
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
    ended_at = case when n.ends then $3::timestamptz else p.ended_at end
  from ending n
  where p.id = n.id
)
select
  (select rev from head) as rev,
  coalesce((
    select jsonb_agg(jsonb_build_object('id', id, 'channelId', channel_id) order by id) from (
      select id, channel_id from draft where next_retry_at <= $3::timestamptz
      union
      select o.id, o.channel_id from push_outbox o where o.event_key = $1 and ${IS_OPEN}
      and ${WAITS_FOR} <= $3::timestamptz${overtaking.except}
    ) waiting
  ), '[]') as due`;

type Overtaking = { part: string; except: string };
const NO_OVERTAKING: Overtaking = { part: "", except: "" };

/** $8: the row as JSON; its revision is the one that the commit makes. */
const HISTORY = `history as (
  insert into signal_history (event_key, rev, ts, state, previous_state, score, previous_score,
    level, risk_level, transition, rules_version, evidence_count, unique_authors, liquidity,
    price_usd)
  select $1, rev, ts, state, "previousState", score, "previousScore", level, "riskLevel",
    transition, "rulesVersion", "evidenceCount", "uniqueAuthors", liquidity, "priceUsd"
  from head, jsonb_to_record($8::jsonb) as h(
    ts timestamptz, state text, "previousState" text, score float8, "previousScore" float8,
    level text, "riskLevel" text, transition int, "rulesVersion" text, "evidenceCount" int,
    "uniqueAuthors" int, liquidity float8, "priceUsd" float8
  )
),
`;

/**
 * For changes that downgrade the signal: what their channels were not sent yet of this event would
 * announce what is no longer true, and is closed. What a send of has begun keeps its turn.
 */
const DOWNGRADE: Overtaking = {
  part: `
overtaken as (
  select o.id from push_outbox o join (
    select distinct "channelId" from head, jsonb_to_recordset($7::jsonb)
    as d("channelId" bigint, payload jsonb) where payload->>'state' = 'downgraded'
    and not payload ? 'stream'
  ) d on d."channelId" = o.channel_id
  where o.event_key = $1 and ${IS_OPEN} and o.leased_until is null and o.sending_token is null
    and o.digest_key is null
    and o.idem_key not in (select k."idemKey" from jsonb_to_recordset($7::jsonb)
    as k("idemKey" text))
  order by o.id for update of o
),
${closedUnsent("overtaken", "$3", "superseded", "a downgrade came first")},
`,
  except: " and o.id not in (select id from ended_unsent)",
};

/**
 * Parts that a commit does not need are left out of its statement, because planning costs more than
 * running: a part for the history alone takes 0.5 ms. With history there is a parameter $8.
 */
export const COMMIT = {
  plain: { kept: commitSql(NO_OVERTAKING, ""), changed: commitSql(NO_OVERTAKING, HISTORY) },
  downgrade: { kept: commitSql(DOWNGRADE, ""), changed: commitSql(DOWNGRADE, HISTORY) },
};
