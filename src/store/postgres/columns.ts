import { isoColumn } from "./sql.ts";

/**
 * SQL expressions that answer the model's objects as json (which keeps the order of its fields),
 * for rows under the aliases e (events), s (signals), o (push_outbox), c (channels).
 */

/** Window starts are written as in the event key, without milliseconds. */
const EVENT_FIELDS = `
  'eventKey', e.event_key, 'type', e.type, 'symbol', e.symbol, 'tokenCa', e.token_ca, 'chain',
  e.chain, 'summary', e.summary,
  'windowStart', replace(${isoColumn("e.window_start")}, '.000Z', 'Z'), 'startTs',
  ${isoColumn("e.start_ts")}, 'lastTs', ${isoColumn("e.last_ts")},
  'evidenceCount', e.evidence_count, 'copies', e.copies, 'uniqueAuthors', e.unique_authors`;
export const EVENT = `json_build_object(${EVENT_FIELDS})`;
export const EVENT_ROW = `json_build_object(${EVENT_FIELDS}, 'state', s.state, 'score', s.score,
  'level', s.level)`;

export const SIGNAL = `json_build_object(
  'eventKey', s.event_key, 'state', s.state, 'previousState', s.previous_state, 'score', s.score,
  'level', s.level, 'riskLevel', s.risk_level, 'reasons', s.reasons,
  'missing', s.missing, 'facts', s.features_snapshot, 'degraded', s.degraded, 'onchainAsofTs',
  ${isoColumn("s.onchain_asof_ts")},
  'onchainConfidence', s.onchain_confidence, 'rulesVersion', s.rules_version, 'transition',
  s.transition, 'ts', ${isoColumn("s.ts")})`;

/** The signal with these of its facts alone. They are unpacked once a row. */
export function signalWithFacts(names: readonly string[]): string {
  const listed = names.filter((name) => /^\w+$/.test(name)).map((name) => `'${name}'`);
  const values = `coalesce((select jsonb_object_agg(f.key, f.value)
    from jsonb_each(s.features_snapshot->'values') f where f.key in (${listed})), '{}')`;
  const facts = `json_build_object('evaluatedAt', s.features_snapshot->'evaluatedAt',
    'values', ${values}, 'origin', json_build_object(), 'degraded', json_build_array(),
    'notes', json_build_array())`;
  return SIGNAL.replace("s.features_snapshot", facts);
}

/** All evidence of the event e, in event time. */
export const EVIDENCE = `coalesce((
  select jsonb_agg(v.mention order by v.posted_at, v.evidence_id collate "C") from event_evidence v
  where v.event_key = e.event_key
), '[]')`;

export const CHANNEL = `json_build_object(
  'id', c.id, 'tenant', c.tenant, 'kind', c.kind, 'name', c.name, 'settings',
  c.settings, 'filter', c.filter, 'status',
  c.status,
  'statusReason', c.status_reason, 'failingSince', ${isoColumn("c.failing_since")},
  'atMostOnce', c.at_most_once,
  'createdAt',
  ${isoColumn("c.created_at")})`;

export const DUE_DELIVERY = `jsonb_build_object('id', o.id, 'channelId', o.channel_id,
  'eventKey', o.event_key)`;

/** Milliseconds since the statement began: the database's own time for it, up to here. */
export const SPENT_MS = "extract(epoch from clock_timestamp() - statement_timestamp()) * 1000";

/** The hour, in UTC, that an instant is in. */
export const HOUR = (at: string): string =>
  `date_bin('1 hour', ${at}, timestamptz '2000-01-01 00:00:00Z')`;

/** The predicate of the partial indexes on push_outbox, and when such a row may be claimed. */
export const IS_OPEN = `o.status in ('pending', 'failed')`;
export const WAITS_FOR = `greatest(o.next_retry_at, o.leased_until)`;
/** WAITS_FOR <= at, so that the indexes on next_retry_at find the rows. */
export const IS_DUE = (at: string): string =>
  `o.next_retry_at <= ${at} and (o.leased_until is null or o.leased_until <= ${at})`;

/**
 * Gives a delivery another start at `at`: its age counts from then, its key and attempts are kept.
 */
export const REOPENED = (at: string): string => `
  status = 'pending', retry_count = 0, next_retry_at = ${at}, reopened_at = ${at},
  leased_until = null, sending_token = null, finished_at = null`;

/**
 * Parts of a statement that close the rows named in `list` as done although nothing was sent, with
 * an attempt that says why.
 */
export const closedUnsent = (list: string, at: string, result: string, why: string): string => `
ended_unsent as (
  update push_outbox o set status = 'done', finished_at = ${at}::timestamptz, leased_until = null,
    sending_token = null, digest_key = null,
    attempt_count = o.attempt_count + (not exists (
      select from deliveries d where d.outbox_id = o.id and d.lease_token = '${result}'))::int
  from ${list} w where o.id = w.id and ${IS_OPEN}
  returning o.id
),
noted_unsent as (
  insert into deliveries (outbox_id, lease_token, at, status, http_status, ms, error, ambiguous)
  select id, '${result}', ${at}::timestamptz, '${result}', null, 0, '${why}', false
  from ended_unsent on conflict do nothing
)`;

/**
 * Parts of a statement that end what is open for the channels named in `channels`, but for what is
 * being sent: its holder ends that. Deliveries are locked in the order of their ids, as everywhere.
 */
export const closedWithChannels = (channels: string, at: string, why: string): string => `
waiting as (
  select o.id from push_outbox o join ${channels} r on o.channel_id = r.id
  where ${IS_OPEN} and (o.leased_until is null or o.leased_until <= ${at}::timestamptz)
  order by o.id for update of o
),
${closedUnsent("waiting", at, "skipped", why)}`;

/**
 * The part "audited" of a statement: writes the entry (a JSON parameter, or null for none) when the
 * part `change` answers a row. `made` gives in SQL what the entry leaves open, and the tenant where
 * the statement may be about any.
 */
export const AUDITED = (
  change: string,
  entry: string,
  made: { subject?: string; after?: string; tenant?: string } = {},
): string => `audited as (
  insert into audit_log (at, key_id, key_name, action, subject, before, after,
  request_id${made.tenant ? ", tenant" : ""})
  select e.at, e."keyId", e."keyName", e.action, coalesce(e.subject, ${made.subject ?? "''"}),
    e.before, coalesce(e.after, ${made.after ?? "null"}),
    e."requestId"${made.tenant ? `, ${made.tenant}` : ""}
  from jsonb_to_record(${entry}::jsonb) as e(at timestamptz, "keyId" text, "keyName" text,
    action text, subject text, before jsonb, after jsonb, "requestId" text)
  where e.at is not null and exists (select from ${change})
)`;
