import { LiveMessage, type LoggedMessage } from "../../src/observability/live.ts";

export type LiveLog = ReturnType<typeof liveLog>;

/** How far back a listener that was away may resume. */
const KEPT = 2_000;

/**
 * The last messages of the live stream, with ids that only grow, kept across eviction of the
 * object. Synchronous: nothing can come in between.
 */
export function liveLog(sql: SqlStorage) {
  sql.exec(
    "create table if not exists live (id integer primary key autoincrement, body text not null)",
  );
  const rows = (query: string, ...values: number[]): LoggedMessage[] =>
    sql
      .exec<{ id: number; body: string }>(query, ...values)
      .toArray()
      .map(({ id, body }) => ({ id, message: LiveMessage.parse(JSON.parse(body)) }));

  const trim = (last: number) => sql.exec("delete from live where id <= ?", last - KEPT);

  return {
    /** Of another log, with its ids: this one is a copy. */
    put(entries: readonly LoggedMessage[]): void {
      for (const { id, message } of entries)
        sql.exec("insert into live (id, body) values (?, ?)", id, JSON.stringify(message));
      trim(entries.at(-1)?.id ?? 0);
    },

    clear(): void {
      sql.exec("delete from live");
    },

    /** All that is kept. */
    all: () => rows("select id, body from live order by id"),

    append(messages: LiveMessage[]): LoggedMessage[] {
      const logged = messages.map((message) => {
        const { id } = sql
          .exec<{ id: number }>(
            "insert into live (body) values (?) returning id",
            JSON.stringify(message),
          )
          .one();
        return { id, message };
      });
      const last = logged.at(-1);
      if (last !== undefined) trim(last.id);
      return logged;
    },

    /**
     * What came after `id`, at most `limit` messages, or "gone" when some of it is no longer
     * kept (or the id is not one of this log).
     */
    after(id: number, limit: number): LoggedMessage[] | "gone" {
      const { first, last } = sql
        .exec<{ first: number | null; last: number }>(
          "select min(id) as first, coalesce(max(id), 0) as last from live",
        )
        .one();
      if (id > last || (first !== null && id < first - 1)) return "gone";
      return rows("select id, body from live where id > ? order by id limit ?", id, limit);
    },

    lastId(): number {
      return sql.exec<{ last: number }>("select coalesce(max(id), 0) as last from live").one().last;
    },
  };
}
