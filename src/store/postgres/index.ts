import { LATEST_MIGRATION } from "../../../migrations/latest.ts";
import type { DeliveryStore } from "../deliveries.ts";
import type { EventStore } from "../events.ts";
import { type Store, type StoreHealth, StoreUnavailable } from "../index.ts";
import { activityStore } from "./activity.ts";
import { keyStore } from "./api-keys.ts";
import { archiveStore } from "./archive.ts";
import { auditStore } from "./audit.ts";
import { auditLogStore } from "./audit-log.ts";
import { channelStore } from "./channels.ts";
import { cursorStore } from "./cursors.ts";
import { deadLetterStore } from "./dead-letters.ts";
import { deliveriesTogether, deliveryStore } from "./deliveries.ts";
import { eventStore } from "./events/index.ts";
import { featureStore } from "./features.ts";
import { together } from "./gather.ts";
import { historyStore } from "./history.ts";
import { outboxStore } from "./outbox.ts";
import { overviewStore } from "./overview.ts";
import { postStore } from "./posts.ts";
import { quotaStore } from "./quotas.ts";
import { replyStore } from "./replies.ts";
import { retentionStore } from "./retention.ts";
import { rulesHistory } from "./rules-versions.ts";
import { firstRow, type Sql, type SqlClient, storableText } from "./sql.ts";
import { tenantStore } from "./tenants.ts";

/**
 * The store in PostgreSQL. Every method is one statement, so that it works over HTTP, where no
 * session outlives a request. Those of a tenant have a second before it, in one transaction.
 */
export function postgresStore(client: Sql & Partial<SqlClient>): Store {
  const sql: SqlClient = {
    ...storableText(client),
    asTenant(tenant) {
      if (client.asTenant === undefined) throw new Error("this client speaks for no tenant");
      return storableText(client.asTenant(tenant));
    },
  };
  return {
    ...postStore(sql),
    ...eventStore(sql),
    ...historyStore(sql),
    ...outboxStore(sql),
    ...deliveryStore(sql),
    ...channelStore(sql),
    ...deadLetterStore(sql),
    ...cursorStore(sql),
    ...keyStore(sql),
    ...rulesHistory(sql),
    ...featureStore(sql),
    ...retentionStore(sql),
    ...archiveStore(sql),
    ...auditStore(sql),
    ...auditLogStore(sql),
    ...replyStore(sql),
    ...tenantStore(sql),
    ...quotaStore(sql),
    ...overviewStore(sql),
    ...activityStore(sql),
    ...storeHealth(sql),
  };
}

/** For an object that makes many deliveries at a time: see deliveriesTogether. */
export const postgresLeases = (client: Sql, pause: () => Promise<void>): DeliveryStore =>
  deliveriesTogether(storableText(client), pause);

/** For an object that commits the changes of many events; `pause` is how long others may join. */
export const postgresCommits = (
  client: Sql,
  pause: () => Promise<void>,
): Pick<EventStore, "commit"> => ({
  commit: eventStore(storableText(client), together(pause)).commit,
});

/** What local/migrate.ts has applied, by the journal that it shares with drizzle-kit. */
const LATEST = "select max(created_at)::float8 as latest from drizzle.__drizzle_migrations";

const storeHealth = (sql: Sql): StoreHealth => ({
  async ping() {
    await sql.query("select 1", []);
  },
  async migrated() {
    const { latest } = await firstRow(sql.query<{ latest: number | null }>(LATEST, []));
    if (latest === null || latest < LATEST_MIGRATION)
      throw new StoreUnavailable(
        `the database has migration ${latest}, and this code needs ${LATEST_MIGRATION}`,
      );
  },
});
