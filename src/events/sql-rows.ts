import type { EventRows, Row } from "./rows.ts";

/** Runs one statement of SQLite and answers its rows. */
export type RunSql = (
  statement: string,
  ...params: (string | number)[]
) => Record<string, unknown>[];

export type SqlRowsPorts = {
  run: RunSql;
  /** Runs `work` whole or not at all. */
  transact(work: () => void): void;
};

/** What is read again and again is kept: the sums, and the texts with which others are compared. */
const KEPT_VALUES = 5_000;
const KEPT_GROUPS = ["text", "tally", "ledger"];

const TABLE = `create table event_rows (
  "group" text not null, key text not null, value text not null, primary key ("group", key)
) without rowid`;

/** The keys of a group, in order. A key is ASCII: no key is before "" or after this. */
const LAST_KEY = "\x7f";

const scanning = (order: "asc" | "desc"): string =>
  `select key, value from event_rows where "group" = ? and key > ? and key < ?
  order by key ${order} limit ?`;
const SCAN = scanning("asc");
const SCAN_BACK = scanning("desc");

/** Rows in SQLite: the storage of a Durable Object, or a file. */
export function sqlRows({ run, transact }: SqlRowsPorts): EventRows & { clear(): void } {
  let exists = run(`select 1 from sqlite_master where name = 'event_rows'`).length > 0;
  const kept = new Map<string, unknown>();
  const nameOf = (group: string, key: string): string | undefined =>
    KEPT_GROUPS.includes(group) ? `${group} ${key}` : undefined;
  const keep = (name: string, value: unknown): void => {
    if (kept.size >= KEPT_VALUES) kept.clear();
    kept.set(name, value);
  };
  const rowOf = ({ key, value }: Record<string, unknown>): Row => ({
    key: key as string,
    value: JSON.parse(value as string),
  });
  return {
    get(group, key) {
      if (!exists) return undefined;
      const name = nameOf(group, key);
      const known = name === undefined ? undefined : kept.get(name);
      if (known !== undefined) return known;
      const [row] = run(`select value from event_rows where "group" = ? and key = ?`, group, key);
      if (row === undefined) return undefined;
      const value = JSON.parse(row.value as string);
      if (name !== undefined) keep(name, value);
      return value;
    },
    scan: (group, { after = "", before = LAST_KEY, limit, descending }) =>
      !exists ? [] : run(descending ? SCAN_BACK : SCAN, group, after, before, limit).map(rowOf),
    write(changes) {
      transact(() => {
        if (!exists) run(TABLE);
        for (const { group, key, value } of changes) {
          const name = nameOf(group, key);
          if (name !== undefined) kept.delete(name);
          if (value === undefined)
            run(`delete from event_rows where "group" = ? and key = ?`, group, key);
          else
            run(
              `insert or replace into event_rows values (?, ?, ?)`,
              group,
              key,
              JSON.stringify(value),
            );
        }
      });
      exists = true;
    },
    clear() {
      kept.clear();
      if (exists) run(`drop table event_rows`);
      exists = false;
    },
  };
}
