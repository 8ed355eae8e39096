import type { ActivityStore } from "./activity.ts";
import type { KeyStore } from "./api-keys.ts";
import type { ArchiveStore } from "./archive.ts";
import type { AuditStore } from "./audit.ts";
import type { AuditLogStore } from "./audit-log.ts";
import type { ChannelStore } from "./channels.ts";
import type { CursorStore } from "./cursors.ts";
import type { DeadLetterStore } from "./dead-letters.ts";
import type { DeliveryStore } from "./deliveries.ts";
import type { EventStore } from "./events.ts";
import type { FeatureStore } from "./features.ts";
import type { HistoryStore } from "./history.ts";
import type { OutboxStore } from "./outbox.ts";
import type { OverviewStore } from "./overview.ts";
import type { PostStore } from "./posts.ts";
import type { QuotaStore } from "./quotas.ts";
import type { ReplyStore } from "./replies.ts";
import type { RetentionStore } from "./retention.ts";
import type { RulesHistory } from "./rules-versions.ts";
import type { TenantStore } from "./tenants.ts";

/** A passing fault of the database: the same call may succeed later. */
export class StoreUnavailable extends Error {
  override name = "StoreUnavailable";
  /** The database lacks a table or a column of this code: its migrations are not applied. */
  get isBehind(): boolean {
    const { code } = (this.cause ?? {}) as { code?: unknown };
    return code === "42P01" || code === "42703";
  }
}

export type StoreHealth = {
  /** A cheap round trip. */
  ping(): Promise<void>;
  /** Throws while a migration that this code needs is not applied. */
  migrated(): Promise<void>;
};

/**
 * The store in business transactions, one file for each aggregate, under the same name in
 * src/store/memory/, src/store/postgres/ and src/store/contract/. Each call is one round trip that
 * commits whole or not at all, and each may be repeated after a lost reply without changing the
 * result. Every call may throw StoreUnavailable; nothing else is thrown for a passing fault.
 */
export type Store = PostStore &
  EventStore &
  HistoryStore &
  OutboxStore &
  DeliveryStore &
  ChannelStore &
  DeadLetterStore &
  CursorStore &
  KeyStore &
  RulesHistory &
  FeatureStore &
  RetentionStore &
  ArchiveStore &
  AuditStore &
  AuditLogStore &
  ReplyStore &
  TenantStore &
  QuotaStore &
  OverviewStore &
  ActivityStore &
  StoreHealth;
