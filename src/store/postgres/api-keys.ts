import type { ApiKey, KeyStore } from "../api-keys.ts";
import { isoColumn, jsonParam, type Sql } from "./sql.ts";

const KEY = `id, name, hash, scopes, sources, limit_per_minute as "limitPerMinute",
  ${isoColumn("created_at")} as "createdAt",
  ${isoColumn("expires_at")} as "expiresAt", ${isoColumn("revoked_at")} as "revokedAt"`;

const ADD_KEY = `
insert into api_keys
  (id, name, hash, scopes, sources, limit_per_minute, created_at, expires_at, revoked_at)
select id, name, hash, scopes, sources, "limitPerMinute", "createdAt", "expiresAt", "revokedAt"
from jsonb_to_record($1::jsonb) as k(
  id text, name text, hash text, scopes text[], sources text[], "limitPerMinute" int,
  "createdAt" timestamptz, "expiresAt" timestamptz, "revokedAt" timestamptz
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
