-- A contract of the EVM is told apart by its address alone (docs/decisions/035). Events of one contract and window become one: the one with the most
-- evidence stays, with its state, and takes the evidence of the others. Its counts are exact again with its next mention.
CREATE TEMPORARY TABLE moved_key ON COMMIT DROP AS
SELECT event_key AS old_key, new_key,
  row_number() OVER (PARTITION BY new_key ORDER BY evidence_count DESC, id) = 1 AS stays
FROM (
  SELECT event_key, id, evidence_count,
    'evm:' || lower(substring(event_key from '^[a-z]+:(0x[0-9a-fA-F]{40}):')) || substring(event_key from '^[a-z]+:0x[0-9a-fA-F]{40}(:.*)$') AS new_key
  FROM events WHERE event_key ~ '^(eth|bsc|base|arb|unknown):0x[0-9a-fA-F]{40}:'
) evm;--> statement-breakpoint
INSERT INTO events (event_key, type, symbol, token_ca, chain, summary, evidence, window_start, start_ts, last_ts, evidence_count, copies, unique_authors, version, rev, updated_at)
SELECT m.new_key, e.type, e.symbol, e.token_ca, e.chain, e.summary, e.evidence, e.window_start, e.start_ts, e.last_ts, e.evidence_count, e.copies, e.unique_authors, e.version, e.rev, e.updated_at
FROM events e JOIN moved_key m ON m.old_key = e.event_key WHERE m.stays ORDER BY e.id
ON CONFLICT (event_key) DO NOTHING;--> statement-breakpoint
INSERT INTO signals (event_key, state, previous_state, score, level, risk_level, reasons, missing, features_snapshot, degraded, onchain_asof_ts, onchain_confidence, rules_version, transition, ts)
SELECT m.new_key, s.state, s.previous_state, s.score, s.level, s.risk_level, s.reasons, s.missing, s.features_snapshot, s.degraded, s.onchain_asof_ts, s.onchain_confidence, s.rules_version, s.transition, s.ts
FROM signals s JOIN moved_key m ON m.old_key = s.event_key WHERE m.stays ORDER BY s.id
ON CONFLICT (event_key) DO NOTHING;--> statement-breakpoint
INSERT INTO event_evidence (event_key, evidence_id, source, post_id, author, posted_at, mention, committed_at)
SELECT m.new_key, v.evidence_id, v.source, v.post_id, v.author, v.posted_at, v.mention || jsonb_build_object('eventKey', m.new_key), v.committed_at
FROM event_evidence v JOIN moved_key m ON m.old_key = v.event_key ORDER BY m.stays DESC
ON CONFLICT DO NOTHING;--> statement-breakpoint
UPDATE push_outbox o SET event_key = m.new_key, payload_json = o.payload_json || jsonb_build_object('eventKey', m.new_key)
FROM moved_key m WHERE o.event_key = m.old_key;--> statement-breakpoint
UPDATE raw_posts p SET
  event_keys = (SELECT array_agg(DISTINCT coalesce(m.new_key, k)) FROM unnest(p.event_keys) k LEFT JOIN moved_key m ON m.old_key = k),
  done_keys = coalesce((SELECT array_agg(DISTINCT coalesce(m.new_key, k)) FROM unnest(p.done_keys) k LEFT JOIN moved_key m ON m.old_key = k), '{}')
WHERE EXISTS (SELECT FROM unnest(p.event_keys || p.done_keys) k JOIN moved_key m ON m.old_key = k);--> statement-breakpoint
DELETE FROM events e USING moved_key m WHERE e.event_key = m.old_key;--> statement-breakpoint
UPDATE events e SET
  evidence_count = least(e.evidence_count + c.joined, c.pieces), copies = c.pieces - least(e.evidence_count + c.joined, c.pieces),
  unique_authors = least(c.authors, e.evidence_count + c.joined), start_ts = c.start_ts, last_ts = c.last_ts, rev = e.rev + 1
FROM (
  SELECT v.event_key, count(*)::int AS pieces, count(DISTINCT v.author)::int AS authors, min(v.posted_at) AS start_ts, max(v.posted_at) AS last_ts,
    (count(*) - max(kept.pieces))::int AS joined
  FROM event_evidence v
  JOIN (SELECT new_key FROM moved_key GROUP BY new_key HAVING count(*) > 1) merged ON merged.new_key = v.event_key
  JOIN LATERAL (SELECT e.evidence_count + e.copies AS pieces FROM events e WHERE e.event_key = v.event_key) kept ON true
  GROUP BY v.event_key
) c WHERE e.event_key = c.event_key;--> statement-breakpoint
UPDATE events SET token_ca = lower(token_ca) WHERE token_ca ~ '^0x[0-9a-fA-F]+$' AND token_ca <> lower(token_ca);--> statement-breakpoint
UPDATE channels SET filter = jsonb_set(filter, '{mutedEvents}', (
  SELECT coalesce(jsonb_agg(regexp_replace(k, '^(?:eth|bsc|base|arb|unknown):(0x[0-9a-fA-F]{40}):', 'evm:\1:')), '[]') FROM jsonb_array_elements_text(filter->'mutedEvents') k
)) WHERE filter->>'mutedEvents' ~ '0x[0-9a-fA-F]{40}:';
