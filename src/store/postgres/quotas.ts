import type { TenantQuota } from "../../model/tenant.ts";
import { QuotaReached, type QuotaStore, type TenantUse } from "../quotas.ts";
import { AUDITED } from "./columns.ts";
import { isoColumn, jsonParam, optionalJson, type Sql } from "./sql.ts";

const QUOTA = "select quota from tenants where name = $1 and removed_at is null";

const SET = `
with saved as (
  update tenants set quota = jsonb_strip_nulls(quota || $2::jsonb)
  where name = $1 and removed_at is null returning quota
), ${AUDITED("saved", "$3", { after: "(select quota from saved)" })}
select quota from saved`;

/** Of the day $2 alone: what is there of another day is over. */
const usedOf = (column: string, day = "$2") =>
  `case when t.usage_day = ${day}::date then t.${column} else 0 end`;

const USE = `
select t.quota, ${isoColumn("t.created_at")} as "createdAt", json_build_object(
  'posts', ${usedOf("used_posts")}, 'notifications', ${usedOf("used_notifications")},
  'channels', (select count(*) from channels c where c.tenant = t.name and c.removed_at is null),
  'keys', (select count(*) from api_keys k where k.tenant = t.name and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > now()))
) as used
from tenants t where t.name = $1 and t.removed_at is null`;

const TAKE_POSTS = `
with held as (
  select name, ${usedOf("used_posts")} as used,
    coalesce((t.quota->>'postsPerDay')::int, 0) as room
  from tenants t where name = $1 and removed_at is null for update
),
taken as (
  update tenants t set usage_day = $2::date, used_posts = greatest(h.used + $3::int, 0),
    used_notifications = ${usedOf("used_notifications")}
  from held h where t.name = h.name and (h.used + $3::int <= h.room or $3::int < 0)
  returning t.used_posts
)
select coalesce((select used_posts from taken), used) as used, room as limit,
  exists (select from taken) as allowed
from held`;

/** A row that was counted costs a look at it. */
const TAKE_NOTIFICATION = `
with delivery as (
  select id, tenant, counted from push_outbox where id = $1::bigint for update
),
taken as (
  update tenants t set usage_day = $2::date, used_posts = ${usedOf("used_posts")},
    used_notifications = ${usedOf("used_notifications")} + 1
  from delivery d where t.name = d.tenant and d.counted is not true
    and (t.quota->>'notificationsPerDay' is null
      or ${usedOf("used_notifications")} < (t.quota->>'notificationsPerDay')::int)
  returning t.name
),
counted as (
  update push_outbox o set counted = true from taken where o.id = $1::bigint returning o.id
)
select counted is true or exists (select from counted)
  or not exists (select from tenants t where t.name = d.tenant) as allowed
from delivery d`;

export const quotaStore = (sql: Sql): QuotaStore => ({
  quotaOf: async (tenant) =>
    (await sql.query<{ quota: TenantQuota }>(QUOTA, [tenant]))[0]?.quota ?? {},
  setQuota: async (tenant, patch, entry) =>
    (
      await sql.query<{ quota: TenantQuota }>(SET, [tenant, jsonParam(patch), optionalJson(entry)])
    )[0]?.quota,
  tenantUse: async (tenant, day) => (await sql.query<TenantUse>(USE, [tenant, day]))[0],
  async takePosts(tenant, count, day) {
    type Taken = { allowed: boolean; used: number; limit: number };
    const [taken] = await sql.query<Taken>(TAKE_POSTS, [tenant, day, count]);
    return taken ?? { allowed: false, used: 0, limit: 0 };
  },
  takeNotification: async (outboxId, day) =>
    (await sql.query<{ allowed: boolean }>(TAKE_NOTIFICATION, [outboxId, day]))[0]?.allowed ?? true,
});

type SqlFault = { code?: unknown; detail?: unknown };

/** What unlessRemoved answers. */
export const REMOVED: never[] = [];

/**
 * For a statement that the trigger tenant_room refused: answers REMOVED when its tenant is gone,
 * throws QuotaReached when it has no room, and throws on whatever else it was.
 */
export function unlessRemoved(error: unknown): never[] {
  const { code, detail } = (error ?? {}) as SqlFault;
  if (code === "TQ404") return REMOVED;
  if (code !== "TQ403") throw error;
  const { quota, limit, used } = JSON.parse(String(detail));
  throw new QuotaReached(quota, limit, used);
}
