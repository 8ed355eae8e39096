import type { OutboxStore, Store } from "../index.ts";
import { channelStore } from "./channels.ts";
import { deadLetterStore } from "./dead-letters.ts";
import { eventStore } from "./events.ts";
import { leasesTogether } from "./leases.ts";
import { netStore } from "./net.ts";
import { cursorStore, featureStore, keyStore, outboxAdmin, rulesHistory } from "./operators.ts";
import { outboxStore } from "./outbox.ts";
import { postStore } from "./posts.ts";
import { readStore } from "./read.ts";
import { retentionStore } from "./retention.ts";
import { type Sql, storableText } from "./sql.ts";

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
