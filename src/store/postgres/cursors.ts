import type { CursorStore, SourceCursor } from "../cursors.ts";
import { isoColumn, type Sql } from "./sql.ts";

/** A repeat after a lost reply finds the cursor where it wanted it, and answers true again. */
const ADVANCE = `
insert into source_cursors as c (source, cursor, polled_at, moved_at)
select $1, $3, $4::timestamptz, $4::timestamptz
where $2::text is null or exists (select from source_cursors where source = $1)
on conflict (source) do update set cursor = excluded.cursor, polled_at = excluded.polled_at,
  moved_at = case when c.cursor is distinct from excluded.cursor then excluded.moved_at
  else c.moved_at end
where c.cursor is not distinct from $2 or c.cursor is not distinct from excluded.cursor
returning true as moved`;

export function cursorStore(sql: Sql): CursorStore {
  return {
    async cursor(source) {
      const text = `select cursor, ${isoColumn("polled_at")} as "polledAt", ${isoColumn("moved_at")}
        as "movedAt" from source_cursors where source = $1`;
      return (await sql.query<SourceCursor>(text, [source]))[0];
    },
    advanceCursor: async (source, from, to, at) =>
      (await sql.query(ADVANCE, [source, from, to, at])).length > 0,
  };
}
