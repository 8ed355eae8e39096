import type { OutboxStore, OverdueDelivery } from "../index.ts";
import { DUE_DELIVERY, IS_OPEN, WAITS_FOR } from "./columns.ts";
import { batchedLeases } from "./leases.ts";
import { isoColumn, type Sql } from "./sql.ts";

const OVERDUE = `${DUE_DELIVERY} || jsonb_build_object('since', ${isoColumn(WAITS_FOR)})`;

/**
 * The longest waiting of a channel, by the index that has each channel's open rows in this order.
 */
const dueOf = (channel: string): string => `
  select ${OVERDUE} as due, ${WAITS_FOR} as since, o.id from push_outbox o
  where o.channel_id = ${channel} and ${IS_OPEN} and ${WAITS_FOR} <= $1::timestamptz
  order by ${WAITS_FOR}, o.id limit $2::int`;

const openFrom = (after: string): string =>
  `select o.channel_id as id from push_outbox o where ${IS_OPEN} ${after} order by o.channel_id
    limit 1`;

/** "channel" steps from one channel with open rows to the next, and so reads one row of each. */
const DUE_OF_EACH = `
with recursive channel as (
  (${openFrom("")})
  union all
  select next.id from channel, lateral (${openFrom("and o.channel_id > channel.id")}) next
)
select due from channel, lateral (${dueOf("channel.id")}) waiting order by since, waiting.id`;

export const NEXT_DUE = `select ${isoColumn(WAITS_FOR)} as next from push_outbox o where ${IS_OPEN}
  order by ${WAITS_FOR}, o.id limit 1`;

const DIGEST_ROWS = `select o.id::float8 as id from push_outbox o where o.channel_id = $1::bigint
  and o.digest_key = $2 and ${IS_OPEN} order by o.id`;

export function outboxStore(sql: Sql): OutboxStore {
  return {
    ...batchedLeases(sql),
    async digestRows(channelId, digestKey) {
      const rows = await sql.query<{ id: number }>(DIGEST_ROWS, [channelId, digestKey]);
      return rows.map(({ id }) => id);
    },
    async due(now, limit, channelId) {
      const rows =
        channelId === undefined
          ? await sql.query<{ due: OverdueDelivery }>(DUE_OF_EACH, [now, limit])
          : await sql.query<{ due: OverdueDelivery }>(dueOf("$3::bigint"), [now, limit, channelId]);
      return rows.map(({ due }) => due);
    },
    nextDue: async () => (await sql.query<{ next: string }>(NEXT_DUE, []))[0]?.next ?? null,
  };
}
