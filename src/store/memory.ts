import {
  channelStore,
  cursorStore,
  featureStore,
  keyStore,
  outboxAdmin,
  rulesHistory,
} from "./memory/admin.ts";
import { deadLetterStore } from "./memory/dead-letters.ts";
import { eventStore } from "./memory/events.ts";
import { outboxStore } from "./memory/outbox.ts";
import { postStore } from "./memory/posts.ts";
import { readStore } from "./memory/read.ts";
import { retentionStore } from "./memory/retention.ts";
import { emptyRows } from "./memory/rows.ts";
import type { Store } from "./store.ts";

/**
 * The store in memory: what PostgreSQL does, as storeContract checks, without the round trips. For
 * unit tests and for the simulator, which runs a million posts through it. Values are kept as
 * given, not copied: whoever changes one afterwards changes the store.
 */
export function memoryStore(): Store {
  const rows = emptyRows();
  return {
    ...postStore(rows),
    ...eventStore(rows),
    ...outboxStore(rows),
    ...channelStore(rows),
    ...deadLetterStore(rows),
    ...cursorStore(rows),
    ...retentionStore(rows),
    ...readStore(rows),
    ...outboxAdmin(rows),
    ...keyStore(rows),
    ...rulesHistory(rows),
    ...featureStore(rows),
  };
}
