import { DatabaseSync, type StatementSync } from "node:sqlite";
import { sqlRows } from "../../src/events/sql-rows.ts";

/** Rows in SQLite, as in a Durable Object, and a way to open them again as after an eviction. */
export function sqliteRows(file = ":memory:") {
  const database = new DatabaseSync(file);
  // As in a Durable Object: nobody else opens it, and it writes without waiting for the disk.
  database.exec("pragma locking_mode = exclusive");
  database.exec("pragma journal_mode = wal; pragma synchronous = off");
  let ran = 0;
  const prepared = new Map<string, StatementSync>();
  const prepare = (statement: string): StatementSync => {
    const known = prepared.get(statement) ?? database.prepare(statement);
    prepared.set(statement, known);
    return known;
  };
  const open = () =>
    sqlRows({
      run(statement, ...params) {
        ran++;
        return prepare(statement).all(...params);
      },
      transact(work) {
        database.exec("begin");
        try {
          work();
          database.exec("commit");
        } catch (error) {
          database.exec("rollback");
          throw error;
        }
      },
    });
  return { open, close: () => database.close(), statements: () => ran };
}
