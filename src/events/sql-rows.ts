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
const KEPT_GROUPS = ["print", "tally", "ledger"];
/** Of values in JSON, in two halves: the older is dropped when the newer is full. */
const KEPT_CHARS = 6_000_000;

/** A statement takes 2 MB at most. */
const WRITTEN_CHARS = 400_000;

const TABLE = `create table event_rows (
  "group" text not null, key text not null, value text not null, primary key ("group", key)
) without rowid`;

/** The keys of a group, in order. A key is ASCII: no key is before "" or after this. */
const LAST_KEY = "\x7f";

/** No key and no JSON holds them. */
const AFTER_ROW = "\x1e";
const AFTER_KEY = "\x1f";

/** A range of a group in one text: a row for each of its rows would cost more than they do. */
const packed = (group: string, order: "asc" | "desc"): string => `(
  select group_concat(key || char(31) || value, char(30)) from (
    select key, value from event_rows where "group" = ${group} and key > ? and key < ?
    order by key ${order} limit ?))`;
const SCAN = `select ${packed("?", "asc")} as packed`;
const SCAN_BACK = `select ${packed("?", "desc")} as packed`;
const SCAN_EACH = `select ${packed("each.value", "asc")} as packed from json_each(?) each`;
const SCAN_EACH_BACK = `select ${packed("each.value", "desc")} as packed from json_each(?) each`;

const PUT = `insert or replace into event_rows
  select value ->> 0, value ->> 1, value ->> 2 from json_each(?)`;
const DELETE = `delete from event_rows where ("group", key) in
  (select value ->> 0, value ->> 1 from json_each(?))`;

function rowsIn(text: unknown): Row[] {
  if (typeof text !== "string") return [];
  return text.split(AFTER_ROW).map((row) => {
    const at = row.indexOf(AFTER_KEY);
    return { key: row.slice(0, at), value: JSON.parse(row.slice(at + 1)) };
  });
}

/** Keeps what was read last, within a bound. */
function keptValues() {
  let newer = new Map<string, unknown>();
  let older = new Map<string, unknown>();
  let chars = 0;

  function keep(name: string, value: unknown, size: number): void {
    chars += size + name.length;
    if (chars > KEPT_CHARS / 2) {
      older = newer;
      newer = new Map();
      chars = size;
    }
    newer.set(name, value);
  }

  return {
    keep,
    get(name: string): unknown {
      const known = newer.get(name);
      if (known !== undefined) return known;
      const value = older.get(name);
      if (value !== undefined) keep(name, value, typeof value === "string" ? value.length : 0);
      return value;
    },
    forget(name: string): void {
      newer.delete(name);
      older.delete(name);
    },
    clear(): void {
      newer.clear();
      older.clear();
    },
  };
}

/** Rows in SQLite: the storage of a Durable Object, or a file. */
export function sqlRows({ run, transact }: SqlRowsPorts): EventRows & { clear(): void } {
  let exists = run(`select 1 from sqlite_master where name = 'event_rows'`).length > 0;
  const kept = keptValues();
  const nameOf = (group: string, key: string): string | undefined =>
    KEPT_GROUPS.includes(group) ? `${group} ${key}` : undefined;

  /** Runs a statement that takes rows as JSON, as often as their length asks for. */
  function runWith(statement: string, rows: readonly unknown[]): void {
    let listed: string[] = [];
    let chars = 0;
    for (const [at, row] of rows.entries()) {
      const item = JSON.stringify(row);
      listed.push(item);
      chars += item.length;
      if (chars < WRITTEN_CHARS && at < rows.length - 1) continue;
      run(statement, `[${listed.join(",")}]`);
      listed = [];
      chars = 0;
    }
  }

  return {
    get(group, key) {
      if (!exists) return undefined;
      const name = nameOf(group, key);
      const known = name === undefined ? undefined : kept.get(name);
      if (known !== undefined) return known;
      const [row] = run(`select value from event_rows where "group" = ? and key = ?`, group, key);
      if (row === undefined) return undefined;
      const text = row.value as string;
      const value = JSON.parse(text);
      if (name !== undefined) kept.keep(name, value, text.length);
      return value;
    },
    scan(group, { after = "", before = LAST_KEY, limit, descending }) {
      if (!exists) return [];
      const [row] = run(descending ? SCAN_BACK : SCAN, group, after, before, limit);
      return rowsIn(row?.packed);
    },
    scanEach(groups, { after = "", before = LAST_KEY, limit, descending }) {
      if (!exists) return groups.map(() => []);
      const statement = descending ? SCAN_EACH_BACK : SCAN_EACH;
      const rows = run(statement, after, before, limit, JSON.stringify(groups));
      return rows.map((row) => rowsIn(row.packed));
    },
    write(changes) {
      transact(() => {
        if (!exists) run(TABLE);
        const put: [string, string, string][] = [];
        const deleted: [string, string][] = [];
        for (const { group, key, value } of changes) {
          const name = nameOf(group, key);
          if (name !== undefined) kept.forget(name);
          if (value === undefined) deleted.push([group, key]);
          else put.push([group, key, JSON.stringify(value)]);
        }
        runWith(DELETE, deleted);
        runWith(PUT, put);
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
