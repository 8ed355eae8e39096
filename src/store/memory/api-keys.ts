import { DEFAULT_TENANT } from "../../model/tenant.ts";
import type { KeyStore } from "../api-keys.ts";
import { logChange } from "./audit-log.ts";
import { needRoom } from "./quotas.ts";
import { isOwn, type MemoryRows } from "./rows.ts";

export function keyStore(rows: MemoryRows, own: string | null = null): KeyStore {
  const find = (id: string) => {
    const key = rows.keys.get(id);
    return key !== undefined && isOwn(own, key.tenant) ? key : undefined;
  };
  return {
    async addKey(key, entry) {
      const tenant = rows.tenants.get(key.tenant);
      if (key.tenant !== DEFAULT_TENANT && tenant?.removedAt !== null) return false;
      if (rows.keys.has(key.id)) return true;
      needRoom(rows, "keys", key.tenant, key.createdAt);
      rows.keys.set(key.id, key);
      logChange(rows, entry, {}, own);
      return true;
    },
    apiKey: async (id) => find(id),
    apiKeys: async () =>
      [...rows.keys.values()]
        .filter(({ tenant }) => isOwn(own, tenant))
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
        .map((key) => ({ ...key, lastUsedAt: rows.keyUse.get(key.id) ?? null })),
    async updateKey(id, patch, entry) {
      const key = find(id);
      if (key === undefined || key.revokedAt !== null) return undefined;
      const updated = { ...key, ...patch };
      rows.keys.set(id, updated);
      logChange(rows, entry, {}, own);
      return updated;
    },
    async rotateKey({ id, expiresAt }, next, until, entry) {
      const key = find(id);
      if (key === undefined || key.revokedAt !== null || key.expiresAt !== expiresAt) return false;
      const ends = key.expiresAt !== null && key.expiresAt < until ? key.expiresAt : until;
      rows.keys.set(id, { ...key, expiresAt: ends });
      try {
        needRoom(rows, "keys", next.tenant, next.createdAt);
      } catch (full) {
        rows.keys.set(id, key);
        throw full;
      }
      rows.keys.set(next.id, next);
      logChange(rows, entry, {}, own);
      return true;
    },
    async noteUse(id, at) {
      if ((rows.keyUse.get(id) ?? "") < at && find(id)) rows.keyUse.set(id, at);
    },
    async revokeKey(id, at, entry) {
      const key = find(id);
      if (key === undefined) return false;
      rows.keys.set(id, { ...key, revokedAt: key.revokedAt ?? at });
      logChange(rows, entry, {}, own);
      return true;
    },
  };
}
