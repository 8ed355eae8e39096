import type { ApiKey, ApiKeyRow, KeyStore } from "../api-keys.ts";
import { AUDITED } from "./columns.ts";
import { unlessRemoved } from "./quotas.ts";
import { isoColumn, jsonParam, OWN, optionalJson, type Sql } from "./sql.ts";

const KEY = `id, tenant, name, hash, scopes, sources, limit_per_minute as "limitPerMinute",
  ${isoColumn("created_at")} as "createdAt",
  ${isoColumn("expires_at")} as "expiresAt", ${isoColumn("revoked_at")} as "revokedAt"`;

/** Inserts the key of a JSON parameter, when `condition` holds. */
const INSERT = (key: string, condition: string): string => `
insert into api_keys
  (id, tenant, name, hash, scopes, sources, limit_per_minute, created_at, expires_at, revoked_at)
select id, tenant, name, hash, scopes, sources, "limitPerMinute", "createdAt", "expiresAt",
  "revokedAt"
from jsonb_to_record(${key}::jsonb) as k(
  id text, tenant text, name text, hash text, scopes text[], sources text[], "limitPerMinute" int,
  "createdAt" timestamptz, "expiresAt" timestamptz, "revokedAt" timestamptz
) where ${condition}
on conflict (id) do nothing
returning id`;

const TENANT_IS_THERE = `(k.tenant = 'default' or exists (
  select from tenants t where t.name = k.tenant and t.removed_at is null))`;

const ADD_KEY = `
with added as (${INSERT("$1", TENANT_IS_THERE)}), ${AUDITED("added", "$2")}
select ${TENANT_IS_THERE} as known from jsonb_to_record($1::jsonb) as k(tenant text)`;

/** Only fields that the patch has are changed; null is a value of some. */
const UPDATE_KEY = `
with patch as (
  select * from jsonb_to_record($2::jsonb) as p(name text, scopes text[], sources text[],
  "limitPerMinute" int, "expiresAt" timestamptz)
),
updated as (
  update api_keys k set name = coalesce(p.name, k.name), scopes = coalesce(p.scopes, k.scopes),
    sources = case when $2::jsonb ? 'sources' then p.sources else k.sources end,
    limit_per_minute = case when $2::jsonb ? 'limitPerMinute' then p."limitPerMinute"
    else k.limit_per_minute end,
    expires_at = case when $2::jsonb ? 'expiresAt' then p."expiresAt" else k.expires_at end
  from patch p where k.id = $1 and k.revoked_at is null${OWN("k")}
  returning k.*
), ${AUDITED("updated", "$3")}
select ${KEY} from updated`;

const ROTATE_KEY = `
with old as (
  update api_keys k set expires_at = least(coalesce(expires_at, $3::timestamptz), $3::timestamptz)
  where id = $1 and revoked_at is null and ${isoColumn("expires_at")} is not distinct from $5
  ${OWN("k")}
  returning id
),
added as (${INSERT("$2", "exists (select from old)")}), ${AUDITED("added", "$4")}
select id from old`;

const FIND_KEY = `select ${KEY} from api_keys k where id = $1${OWN("k")}`;

const NOTE_USE = `update api_keys k set last_used_at = $2::timestamptz
  where id = $1 and (last_used_at is null or last_used_at < $2::timestamptz)${OWN("k")}`;

const KEYS = `select ${KEY}, ${isoColumn("last_used_at")} as "lastUsedAt" from api_keys k
  where true${OWN("k")} order by k.created_at, id`;

const REVOKE_KEY = `
with revoked as (
  update api_keys k set revoked_at = coalesce(revoked_at, $2::timestamptz)
  where id = $1${OWN("k")} returning id
), ${AUDITED("revoked", "$3")}
select id from revoked`;

export function keyStore(sql: Sql): KeyStore {
  return {
    async addKey(key, entry) {
      const params = [jsonParam(key), optionalJson(entry)];
      const added = sql.query<{ known: boolean }>(ADD_KEY, params).catch(unlessRemoved);
      return (await added)[0]?.known ?? false;
    },
    apiKey: async (id) => (await sql.query<ApiKey>(FIND_KEY, [id]))[0],
    apiKeys: () => sql.query<ApiKeyRow>(KEYS, []),
    updateKey: async (id, patch, entry) =>
      (await sql.query<ApiKey>(UPDATE_KEY, [id, jsonParam(patch), optionalJson(entry)]))[0],
    async rotateKey({ id, expiresAt }, next, until, entry) {
      const params = [id, jsonParam(next), until, optionalJson(entry), expiresAt];
      return (await sql.query(ROTATE_KEY, params).catch(unlessRemoved)).length > 0;
    },
    async noteUse(id, at) {
      await sql.query(NOTE_USE, [id, at]);
    },
    revokeKey: async (id, at, entry) =>
      (await sql.query(REVOKE_KEY, [id, at, optionalJson(entry)])).length > 0,
  };
}
