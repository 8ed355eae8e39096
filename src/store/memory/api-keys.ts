import type { KeyStore } from "../api-keys.ts";
import { logChange } from "./audit-log.ts";
import type { MemoryRows } from "./rows.ts";

export function keyStore(rows: MemoryRows): KeyStore {
  return {
    async addKey(key, entry) {
      if (rows.keys.has(key.id)) return;
      rows.keys.set(key.id, key);
      logChange(rows, entry);
    },
    apiKey: async (id) => rows.keys.get(id),
    apiKeys: async () =>
      [...rows.keys.values()]
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
        .map((key) => ({ ...key, lastUsedAt: rows.keyUse.get(key.id) ?? null })),
    async updateKey(id, patch, entry) {
      const key = rows.keys.get(id);
      if (key === undefined || key.revokedAt !== null) return undefined;
      const updated = { ...key, ...patch };
      rows.keys.set(id, updated);
      logChange(rows, entry);
      return updated;
    },
    async rotateKey({ id, expiresAt }, next, until, entry) {
      const key = rows.keys.get(id);
      if (key === undefined || key.revokedAt !== null || key.expiresAt !== expiresAt) return false;
      const ends = key.expiresAt !== null && key.expiresAt < until ? key.expiresAt : until;
      rows.keys.set(id, { ...key, expiresAt: ends });
      rows.keys.set(next.id, next);
      logChange(rows, entry);
      return true;
    },
    async noteUse(id, at) {
      if ((rows.keyUse.get(id) ?? "") < at && rows.keys.has(id)) rows.keyUse.set(id, at);
    },
    async revokeKey(id, at, entry) {
      const key = rows.keys.get(id);
      if (key === undefined) return false;
      rows.keys.set(id, { ...key, revokedAt: key.revokedAt ?? at });
      logChange(rows, entry);
      return true;
    },
  };
}
