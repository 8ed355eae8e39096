import { channelStore } from "./postgres/channels.ts";
import { deadLetterStore } from "./postgres/dead-letters.ts";
import { eventStore } from "./postgres/events.ts";
import { leasesTogether } from "./postgres/leases.ts";
import { netStore } from "./postgres/net.ts";
import {
  cursorStore,
  featureStore,
  keyStore,
  outboxAdmin,
  rulesHistory,
} from "./postgres/operators.ts";
import { outboxStore } from "./postgres/outbox.ts";
import { postStore } from "./postgres/posts.ts";
import { readStore } from "./postgres/read.ts";
import { retentionStore } from "./postgres/retention.ts";
import { type Sql, storableText } from "./postgres/sql.ts";
import type { OutboxStore, Store } from "./store.ts";

/**
 * The store in PostgreSQL. Every method is one statement, so that it works over HTTP, where no
 * session outlives a request.
 */
export function postgresStore(client: Sql): Store {
  const sql = storableText(client);
  return {
    ...postStore(sql),
    ...eventStore(sql),
    ...outboxStore(sql),
    ...channelStore(sql),
    ...deadLetterStore(sql),
    ...cursorStore(sql),
    ...retentionStore(sql),
    ...netStore(sql),
    ...readStore(sql),
    ...outboxAdmin(sql),
    ...keyStore(sql),
    ...rulesHistory(sql),
    ...featureStore(sql),
  };
}

/** For an object that makes many deliveries at a time: see leasesTogether. */
export const postgresLeases = (client: Sql): Pick<OutboxStore, "claim" | "renew" | "close"> =>
  leasesTogether(storableText(client));
