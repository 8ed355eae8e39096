import { QUOTA_NAMES, type QuotaName, type TenantQuota } from "../../model/tenant.ts";
import { QuotaReached, type QuotaStore } from "../quotas.ts";
import { logChange } from "./audit-log.ts";
import type { MemoryRows, MemoryTenant } from "./rows.ts";

/** Keys that are valid at a time, and channels. */
export function countOf(rows: MemoryRows, kind: "channels" | "keys", name: string, at: string) {
  if (kind === "channels")
    return [...rows.channels.values()].filter(
      ({ tenant, removedAt }) => tenant === name && !removedAt,
    ).length;
  return [...rows.keys.values()].filter(
    ({ tenant, revokedAt, expiresAt }) =>
      tenant === name && !revokedAt && (expiresAt === null || expiresAt > at),
  ).length;
}

/** Throws QuotaReached where the tenant has what it may have. */
export function needRoom(
  rows: MemoryRows,
  kind: "channels" | "keys",
  name: string,
  at: string,
): void {
  const limit = rows.tenants.get(name)?.quota[kind];
  if (limit === undefined) return;
  const used = countOf(rows, kind, name, at);
  if (used >= limit) throw new QuotaReached(kind, limit, used);
}

export function quotaStore(rows: MemoryRows): QuotaStore {
  const there = (name: string): MemoryTenant | undefined => {
    const tenant = rows.tenants.get(name);
    return tenant?.removedAt === null ? tenant : undefined;
  };
  /** What is there of another day is over. */
  const usedOn = (tenant: MemoryTenant, day: string) =>
    tenant.used.day === day ? tenant.used : { day, posts: 0, notifications: 0 };
  return {
    quotaOf: async (name) => there(name)?.quota ?? {},
    async setQuota(name, patch, entry) {
      const tenant = there(name);
      if (tenant === undefined) return undefined;
      const all = { ...tenant.quota, ...patch };
      const limits = QUOTA_NAMES.flatMap((quota): [QuotaName, number][] => {
        const limit = all[quota] ?? null;
        return limit === null ? [] : [[quota, limit]];
      });
      tenant.quota = Object.fromEntries(limits) as TenantQuota;
      logChange(rows, entry && { ...entry, after: entry.after ?? tenant.quota });
      return tenant.quota;
    },
    async tenantUse(name, day) {
      const tenant = there(name);
      if (tenant === undefined) return undefined;
      const { createdAt, quota } = tenant;
      const { posts, notifications } = usedOn(tenant, day);
      const at = `${day}T00:00:00.000Z`;
      const [channels, keys] = (["channels", "keys"] as const).map((kind) =>
        countOf(rows, kind, name, at),
      ) as [number, number];
      return { createdAt, quota, used: { posts, notifications, channels, keys } };
    },
    async takePosts(name, count, day) {
      const tenant = there(name);
      if (tenant === undefined) return { allowed: false, used: 0, limit: 0 };
      const used = usedOn(tenant, day);
      const limit = tenant.quota.postsPerDay ?? 0;
      const allowed = used.posts + count <= limit || count < 0;
      if (allowed) tenant.used = { ...used, posts: Math.max(0, used.posts + count) };
      return { allowed, used: allowed ? tenant.used.posts : used.posts, limit };
    },
    async takeNotification(outboxId, day) {
      const row = rows.outbox[outboxId - 1];
      const tenant = rows.tenants.get(row?.draft.tenant ?? "");
      if (row === undefined || row.counted || tenant === undefined) return true;
      const used = usedOn(tenant, day);
      const limit = tenant.quota.notificationsPerDay;
      if (limit !== undefined && used.notifications >= limit) return false;
      tenant.used = { ...used, notifications: used.notifications + 1 };
      row.counted = true;
      return true;
    },
  };
}
