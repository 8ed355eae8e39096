import type { NetStore, WaitingPost } from "../index.ts";
import { NEXT_DUE } from "./outbox.ts";
import { OLD } from "./retention.ts";
import { firstRow, type Sql } from "./sql.ts";

const waiting = (old: string): string => `
select (${NEXT_DUE}) as "nextDue", ${old} as old, exists (
  select from raw_posts where ended_at is null and coalesce(requeued_at,
  accepted_at) < $1::timestamptz
) as overdue`;

export const netStore = (sql: Sql): NetStore => ({
  waiting: (since, old) =>
    old === null
      ? firstRow(sql.query<WaitingPost>(waiting("false"), [since]))
      : firstRow(
          sql.query<WaitingPost>(waiting(`exists (select ${OLD[old.what]("$2::timestamptz")})`), [
            since,
            old.before,
          ]),
        ),
});
