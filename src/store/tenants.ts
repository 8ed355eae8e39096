import type { KeyStore } from "./api-keys.ts";
import type { AuditLogStore, ChangeEntry } from "./audit-log.ts";
import type { ChannelStore } from "./channels.ts";
import type { DeadLetterStore } from "./dead-letters.ts";
import type { OutboxStore } from "./outbox.ts";
import type { ReplyStore } from "./replies.ts";

/** `channels`, `keys`: how many it has that were not removed or revoked. */
export type TenantRow = { name: string; createdAt: string; channels: number; keys: number };

/**
 * What belongs to one tenant: none of these calls reads or changes a row of another. What it
 * writes is the tenant's.
 */
export type OwnRows = KeyStore &
  ChannelStore &
  Pick<OutboxStore, "outbox" | "outboxByKey" | "reopen" | "bringForward" | "askMutedAt"> &
  Pick<DeadLetterStore, "deadLetters" | "takeForReplay"> &
  AuditLogStore &
  ReplyStore;

export type TenantStore = {
  ownRows(tenant: string): OwnRows;
  /** Beside "default", which is always there; by name. */
  tenants(): Promise<TenantRow[]>;
  /** False: there is one of that name, or was. */
  addTenant(name: string, at: string, entry?: ChangeEntry): Promise<boolean>;
  /**
   * Revokes its keys and removes its channels, as removeChannel does; what was delivered stays
   * until it is old. Answers the ids of the keys; undefined: no such tenant.
   */
  removeTenant(name: string, at: string, entry?: ChangeEntry): Promise<string[] | undefined>;
};
