import type pg from "pg";

/**
 * Objects and messages in the queues know ids that were given out after the backup was made. None
 * of those is given out again.
 */
const ID_GAP = 1_000_000;

const REASON = "restored";
const ADVICE =
  "It was open when the backup was made, and may have been sent since. Look at the target, and " +
  "replay it if the message is not there.";

/**
 * What follows on rows that come back from the past: new ids begin above all that were known, and,
 * unless `resend` is given, an open delivery becomes a dead letter. Answers how many did.
 */
export async function settleRestored(
  client: pg.Client,
  { resend, now }: { resend: boolean; now: Date },
): Promise<number> {
  await leaveGap(client);
  await client.query("select public.recount_tallies()");
  return resend ? 0 : parkDeliveries(client, now);
}

async function leaveGap(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(`
    select quote_ident(table_name) as table, quote_ident(column_name) as column,
      pg_get_serial_sequence(quote_ident(table_name), column_name) as sequence
    from information_schema.columns where table_schema = 'public'
      and pg_get_serial_sequence(quote_ident(table_name), column_name) is not null`);
  for (const { table, column, sequence } of rows)
    await client.query(
      `select setval($1, (select coalesce(max(${column}), 0) from ${table}) + ${ID_GAP})`,
      [sequence],
    );
}

async function parkDeliveries(client: pg.Client, now: Date): Promise<number> {
  const { rowCount } = await client.query(
    `with parked as (
      update push_outbox set status = 'dlq', finished_at = $1::timestamptz, lease_token = null,
        leased_until = null, sending_token = null
      where status in ('pending', 'failed') returning *
    )
    insert into dead_letters (key, stage, reason, error, payload, attempts, subject, advice,
      created_at)
    select 'outbox:' || id, 'deliveries', '${REASON}', 'the database was restored',
      jsonb_build_object('id', id, 'channelId', channel_id, 'eventKey', event_key,
        'idemKey', idem_key, 'notification', payload_json),
      retry_count, id::text, $2, $1::timestamptz
    from parked
    on conflict (key) do update set reason = excluded.reason, error = excluded.error,
      advice = excluded.advice, created_at = excluded.created_at, replayed_at = null`,
    [now.toISOString(), ADVICE],
  );
  return rowCount ?? 0;
}
