import type { LedgerStorage } from "../../src/events/event-ledger.ts";
import { sqlRows } from "../../src/events/sql-rows.ts";

/** The rows of an event in the SQLite of its object. */
export const storageRows = (storage: DurableObjectStorage): LedgerStorage =>
  sqlRows({
    run: (statement, ...params) => storage.sql.exec(statement, ...params).toArray(),
    transact: (work) => storage.transactionSync(work),
  });
