import type { KeyStore } from "../api-keys.ts";
import type { MemoryRows } from "./rows.ts";

export function keyStore(rows: MemoryRows): KeyStore {
  return {
    async addKey(key) {
      if (!rows.keys.has(key.id)) rows.keys.set(key.id, key);
    },
    apiKey: async (id) => rows.keys.get(id),
    apiKeys: async () =>
      [...rows.keys.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    async revokeKey(id, at) {
      const key = rows.keys.get(id);
      if (key !== undefined) rows.keys.set(id, { ...key, revokedAt: key.revokedAt ?? at });
      return key !== undefined;
    },
  };
}
