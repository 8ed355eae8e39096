import type { Store } from "../index.ts";
import { activityStore } from "./activity.ts";
import { keyStore } from "./api-keys.ts";
import { archiveStore } from "./archive.ts";
import { auditStore } from "./audit.ts";
import { auditLogStore } from "./audit-log.ts";
import { channelStore } from "./channels.ts";
import { cursorStore } from "./cursors.ts";
import { deadLetterStore } from "./dead-letters.ts";
import { deliveryStore } from "./deliveries.ts";
import { eventStore } from "./events.ts";
import { featureStore } from "./features.ts";
import { historyStore } from "./history.ts";
import { outboxStore } from "./outbox.ts";
import { overviewStore } from "./overview.ts";
import { postStore } from "./posts.ts";
import { quotaStore } from "./quotas.ts";
import { replyStore } from "./replies.ts";
import { retentionStore } from "./retention.ts";
import { emptyRows, type MemoryRows } from "./rows.ts";
import { rulesHistory } from "./rules-versions.ts";
import { tenantStore } from "./tenants.ts";

/**
 * The store in memory: what PostgreSQL does, as storeContract checks, without the round trips. For
 * unit tests and for the simulator, which runs a million posts through it. Values are kept as
 * given, not copied: whoever changes one afterwards changes the store.
 */
export function memoryStore(rows: MemoryRows = emptyRows()): Store {
  return {
    ...postStore(rows),
    ...eventStore(rows),
    ...historyStore(rows),
    ...outboxStore(rows),
    ...deliveryStore(rows),
    ...channelStore(rows),
    ...deadLetterStore(rows),
    ...cursorStore(rows),
    ...keyStore(rows),
    ...rulesHistory(rows),
    ...featureStore(rows),
    ...retentionStore(rows),
    ...archiveStore(rows),
    ...auditStore(rows),
    ...auditLogStore(rows),
    ...replyStore(rows),
    ...tenantStore(rows),
    ...quotaStore(rows),
    ...overviewStore(rows),
    ...activityStore(rows),
    ping: async () => undefined,
    migrated: async () => undefined,
  };
}
