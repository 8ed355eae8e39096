import { DEFAULT_TENANT } from "../../model/tenant.ts";
import { knownTenant, ownKeys, ownReplies } from "../own-rows.ts";
import type { OwnRows, TenantRow, TenantStore } from "../tenants.ts";
import { keyStore } from "./api-keys.ts";
import { auditLogStore } from "./audit-log.ts";
import { channelStore } from "./channels.ts";
import { AUDITED, closedWithChannels } from "./columns.ts";
import { deadLetterStore } from "./dead-letters.ts";
import { outboxStore } from "./outbox.ts";
import { replyStore } from "./replies.ts";
import { isoColumn, optionalJson, ownSql, type SqlClient } from "./sql.ts";

const TENANTS = `select t.name, ${isoColumn("t.created_at")} as "createdAt",
  (select count(*)::int from channels c where c.tenant = t.name and c.removed_at is null)
  as channels,
  (select count(*)::int from api_keys k where k.tenant = t.name and k.revoked_at is null) as keys
  from tenants t where t.removed_at is null order by t.name`;

const ADD = `
with added as (
  insert into tenants (name, created_at) values ($1, $2::timestamptz)
  on conflict (name) do nothing returning name
), ${AUDITED("added", "$3")}
select name from added`;

const REMOVE = `
with gone as (
  update tenants set removed_at = $2::timestamptz where name = $1 and removed_at is null
  returning name
),
key as (
  update api_keys k set revoked_at = $2::timestamptz from gone
  where k.tenant = gone.name and k.revoked_at is null returning k.id
),
removed as (
  update channels c set removed_at = $2::timestamptz, settings = '{}' from gone
  where c.tenant = gone.name and c.removed_at is null returning c.id
),
${closedWithChannels("removed", "$2", "the tenant was removed")},
${AUDITED("gone", "$3")}
select name, array(select id from key order by id) as keys from gone`;

export function tenantStore(client: SqlClient): TenantStore {
  return {
    ownRows: (tenant) => ownRows(client, knownTenant(tenant)),
    tenants: () => client.query<TenantRow>(TENANTS, []),
    addTenant: async (name, at, entry) =>
      name !== DEFAULT_TENANT &&
      (await client.query(ADD, [name, at, optionalJson(entry)])).length > 0,
    async removeTenant(name, at, entry) {
      const params = [name, at, optionalJson(entry)];
      return (await client.query<{ keys: string[] }>(REMOVE, params))[0]?.keys;
    },
  };
}

/**
 * Each statement says whose rows it is about. Those of other tenants than "default" also run under
 * the policies of the database, so that one which forgot to say it would find no foreign row.
 */
function ownRows(client: SqlClient, tenant: string): OwnRows {
  const isDefault = tenant === DEFAULT_TENANT;
  const sql = ownSql(isDefault ? client : client.asTenant(tenant), tenant);
  const { outbox, outboxByKey, reopen, bringForward, askMutedAt } = outboxStore(sql);
  const { deadLetters, takeForReplay } = deadLetterStore(sql, isDefault);
  return {
    ...channelStore(sql),
    ...auditLogStore(sql),
    ...ownKeys(keyStore(sql), tenant),
    ...ownReplies(replyStore(sql), tenant),
    ...{ outbox, outboxByKey, reopen, bringForward, askMutedAt, deadLetters, takeForReplay },
  };
}
