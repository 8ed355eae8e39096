import { DEFAULT_TENANT, TenantName } from "../model/tenant.ts";
import type { KeyStore } from "./api-keys.ts";
import type { ReplyStore } from "./replies.ts";

/** The name, safe in a statement. Throws a RangeError for what is none. */
export function knownTenant(name: string): string {
  if (!TenantName.safeParse(name).success) throw new RangeError(`no name of a tenant: ${name}`);
  return name;
}

/** The keys of `tenant`, where `keys` finds no others: adds none for another tenant. */
export const ownKeys = (keys: KeyStore, tenant: string): KeyStore => ({
  ...keys,
  addKey: async (key, entry) => key.tenant === tenant && keys.addKey(key, entry),
  rotateKey: async (read, next, until, entry) =>
    next.tenant === tenant && keys.rotateKey(read, next, until, entry),
});

/** Of two tenants who send the same key each has its own reply. */
export function ownReplies(replies: ReplyStore, tenant: string): ReplyStore {
  if (tenant === DEFAULT_TENANT) return replies;
  const own = (key: string) => `${tenant}/${key}`;
  return {
    claimReply: (key, ...claim) => replies.claimReply(own(key), ...claim),
    keepReply: (key, reply) => replies.keepReply(own(key), reply),
    releaseReply: (key) => replies.releaseReply(own(key)),
  };
}
