import type { FeatureStore, OnchainFeatures } from "../../model/onchain-features.ts";
import type {
  ApiKey,
  KeyStore,
  OutboxAdmin,
  ReopenedDelivery,
  RulesHistory,
  RulesVersion,
} from "../admin.ts";
import type { CursorStore, DueDelivery, SourceCursor } from "../index.ts";
import { DUE_DELIVERY, IS_OPEN, REOPENED } from "./columns.ts";
import { isoColumn, jsonParam, type Sql } from "./sql.ts";

const REOPEN = `
with held as (select * from push_outbox where id = $1::bigint for update),
moved as (
  update push_outbox o set ${REOPENED("$2::timestamptz")}
  from held h
  where o.id = h.id and (h.status = 'dlq' or (h.status = 'failed' and h.leased_until is null))
  returning ${DUE_DELIVERY} as delivery
),
letter as (
  update dead_letters set replayed_at = $2::timestamptz, replays = replays + 1
  where key = 'outbox:' || $1::bigint and replayed_at is null and exists (select from moved)
)
select case when delivery is not null then 'reopened' when status = 'done' then 'done'
else 'open' end as kind, delivery
from held left join moved on true`;

/** Locks in the order of the ids, as every statement that locks several deliveries. */
const BRING_FORWARD = `
with held as (
  select o.id from push_outbox o
  where o.channel_id = $1::bigint and ${IS_OPEN} and o.next_retry_at > greatest($2::timestamptz,
  o.not_before)
  order by o.id for update
)
update push_outbox o set next_retry_at = greatest($2::timestamptz, o.not_before) from held
where o.id = held.id`;

const LAST_MESSAGE = `
select external_id from push_outbox
where channel_id = $1::bigint and event_key = $2 and status = 'done' and external_id is not null
order by id desc limit 1`;

export function outboxAdmin(sql: Sql): OutboxAdmin {
  return {
    async reopen(id, now) {
      const [row] = await sql.query<{ kind: ReopenedDelivery["kind"]; delivery: DueDelivery }>(
        REOPEN,
        [id, now],
      );
      if (row === undefined) return { kind: "unknown" };
      return row.kind === "reopened"
        ? { kind: "reopened", delivery: row.delivery }
        : { kind: row.kind };
    },
    async bringForward(channelId, now) {
      await sql.query(BRING_FORWARD, [channelId, now]);
    },
    async lastMessage(channelId, eventKey) {
      return (
        (await sql.query<{ external_id: string }>(LAST_MESSAGE, [channelId, eventKey]))[0]
          ?.external_id ?? null
      );
    },
  };
}

/** A repeat after a lost reply finds the cursor where it wanted it, and answers true again. */
const ADVANCE = `
insert into source_cursors as c (source, cursor, polled_at, moved_at)
select $1, $3, $4::timestamptz, $4::timestamptz
where $2::text is null or exists (select from source_cursors where source = $1)
on conflict (source) do update set cursor = excluded.cursor, polled_at = excluded.polled_at,
  moved_at = case when c.cursor is distinct from excluded.cursor then excluded.moved_at
  else c.moved_at end
where c.cursor is not distinct from $2 or c.cursor is not distinct from excluded.cursor
returning true as moved`;

export function cursorStore(sql: Sql): CursorStore {
  return {
    async cursor(source) {
      const text = `select cursor, ${isoColumn("polled_at")} as "polledAt", ${isoColumn("moved_at")}
        as "movedAt" from source_cursors where source = $1`;
      return (await sql.query<SourceCursor>(text, [source]))[0];
    },
    advanceCursor: async (source, from, to, at) =>
      (await sql.query(ADVANCE, [source, from, to, at])).length > 0,
  };
}

const KEY = `id, name, hash, scopes, limit_per_minute as "limitPerMinute",
  ${isoColumn("created_at")} as "createdAt",
  ${isoColumn("expires_at")} as "expiresAt", ${isoColumn("revoked_at")} as "revokedAt"`;

const ADD_KEY = `
insert into api_keys (id, name, hash, scopes, limit_per_minute, created_at, expires_at, revoked_at)
select id, name, hash, scopes, "limitPerMinute", "createdAt", "expiresAt", "revokedAt"
from jsonb_to_record($1::jsonb) as k(
  id text, name text, hash text, scopes text[], "limitPerMinute" int, "createdAt" timestamptz,
  "expiresAt" timestamptz, "revokedAt" timestamptz
)
on conflict (id) do nothing`;

export function keyStore(sql: Sql): KeyStore {
  return {
    async addKey(key) {
      await sql.query(ADD_KEY, [jsonParam(key)]);
    },
    apiKey: async (id) =>
      (await sql.query<ApiKey>(`select ${KEY} from api_keys where id = $1`, [id]))[0],
    apiKeys: () =>
      sql.query<ApiKey>(`select ${KEY} from api_keys order by api_keys.created_at, id`, []),
    async revokeKey(id, at) {
      const text = `update api_keys set revoked_at = coalesce(revoked_at, $2::timestamptz)
        where id = $1 returning id`;
      return (await sql.query(text, [id, at])).length > 0;
    },
  };
}

const RECORD_RULES = `
insert into rules_versions (sha, document, author, created_at, activated_at) values ($1, $2, $3,
$4::timestamptz, $4::timestamptz)
on conflict (sha) do update set activated_at = excluded.activated_at`;

const RULES_VERSIONS = `
select sha, author, ${isoColumn("created_at")} as "createdAt", ${isoColumn("activated_at")}
as "activatedAt"
from rules_versions v order by v.activated_at desc, sha limit $1::int`;

export function rulesHistory(sql: Sql): RulesHistory {
  return {
    async recordRules({ sha, document, author }, at) {
      await sql.query(RECORD_RULES, [sha, document, author, at]);
    },
    rulesVersions: (limit) => sql.query<RulesVersion>(RULES_VERSIONS, [limit]),
    async rulesDocument(sha) {
      const text = "select document from rules_versions where sha = $1";
      return (await sql.query<{ document: string }>(text, [sha]))[0]?.document;
    },
  };
}

const PUT_FEATURES = `
insert into onchain_features (chain, token_ca, "window", as_of, "values", confidence)
values ($1, $2, $3, $4::timestamptz, $5::jsonb, $6::float8)
on conflict (chain, token_ca, "window", as_of) do update set "values" = excluded."values",
confidence = excluded.confidence`;

const FEATURES = `
select chain, token_ca as "tokenCa", "window", ${isoColumn("as_of")} as "asOf", "values", confidence
from onchain_features where chain = $1 and token_ca = $2 and "window" = $3 order by as_of desc
limit 1`;

export function featureStore(sql: Sql): FeatureStore {
  return {
    async putFeatures({ chain, tokenCa, window, asOf, values, confidence }) {
      await sql.query(PUT_FEATURES, [chain, tokenCa, window, asOf, jsonParam(values), confidence]);
    },
    features: async (chain, tokenCa, window) =>
      (await sql.query<OnchainFeatures>(FEATURES, [chain, tokenCa, window]))[0],
  };
}
