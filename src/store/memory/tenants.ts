import { DEFAULT_TENANT } from "../../model/tenant.ts";
import { knownTenant, ownKeys, ownReplies } from "../own-rows.ts";
import type { OwnRows, TenantStore } from "../tenants.ts";
import { keyStore } from "./api-keys.ts";
import { auditLogStore, logChange } from "./audit-log.ts";
import { channelStore, dropChannel } from "./channels.ts";
import { deadLetterStore } from "./dead-letters.ts";
import { outboxStore } from "./outbox.ts";
import { replyStore } from "./replies.ts";
import type { MemoryRows } from "./rows.ts";

export function tenantStore(rows: MemoryRows): TenantStore {
  const keysOf = (name: string) =>
    [...rows.keys.values()].filter(({ tenant, revokedAt }) => tenant === name && !revokedAt);
  const channelsOf = (name: string) =>
    [...rows.channels.values()].filter(({ tenant, removedAt }) => tenant === name && !removedAt);
  return {
    ownRows: (tenant) => ownRows(rows, knownTenant(tenant)),
    tenants: async () =>
      [...rows.tenants]
        .filter(([, { removedAt }]) => removedAt === null)
        .map(([name, { createdAt }]) => ({
          ...{ name, createdAt },
          channels: channelsOf(name).length,
          keys: keysOf(name).length,
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    async addTenant(name, at, entry) {
      if (name === DEFAULT_TENANT || rows.tenants.has(name)) return false;
      const used = { day: "", posts: 0, notifications: 0 };
      rows.tenants.set(name, { createdAt: at, removedAt: null, quota: {}, used });
      logChange(rows, entry);
      return true;
    },
    async removeTenant(name, at, entry) {
      const tenant = rows.tenants.get(name);
      if (tenant === undefined || tenant.removedAt !== null) return undefined;
      tenant.removedAt = at;
      const ended = keysOf(name).map(({ id }) => id);
      for (const key of keysOf(name)) rows.keys.set(key.id, { ...key, revokedAt: at });
      for (const channel of channelsOf(name))
        dropChannel(rows, channel, at, "the tenant was removed");
      logChange(rows, entry);
      return ended.sort();
    },
  };
}

function ownRows(rows: MemoryRows, tenant: string): OwnRows {
  const { outbox, outboxByKey, reopen, bringForward, askMutedAt } = outboxStore(rows, tenant);
  const { deadLetters, takeForReplay } = deadLetterStore(rows, tenant);
  return {
    ...channelStore(rows, tenant),
    ...auditLogStore(rows, tenant),
    ...ownKeys(keyStore(rows, tenant), tenant),
    ...ownReplies(replyStore(rows), tenant),
    ...{ outbox, outboxByKey, reopen, bringForward, askMutedAt, deadLetters, takeForReplay },
  };
}
