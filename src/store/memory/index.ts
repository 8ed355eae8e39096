import type { Store } from "../index.ts";
import {
  channelStore,
  cursorStore,
  featureStore,
  keyStore,
  outboxAdmin,
  rulesHistory,
} from "./admin.ts";
import { deadLetterStore } from "./dead-letters.ts";
import { eventStore } from "./events.ts";
import { outboxStore } from "./outbox.ts";
import { postStore } from "./posts.ts";
import { readStore } from "./read.ts";
import { retentionStore } from "./retention.ts";
import { emptyRows } from "./rows.ts";

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
