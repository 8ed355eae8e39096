import pg from "pg";

/** Milliseconds; null when there was none. */
export type Times = { p50: number | null; p95: number | null; count: number };

/**
 * Of the notifications that were committed since an instant and sent: from the commit to the moment
 * at which the first attempt went out, and from the acceptance of the post that set it off to its
 * delivery.
 */
export type Waits = { commitToSend: Times; acceptedToDelivered: Times };

const TIMES = `json_build_object('p50', percentile_disc(0.5) within group (order by ms)::float8,
  'p95', percentile_disc(0.95) within group (order by ms)::float8, 'count', count(*))`;

const COMMIT_TO_SEND = `select ${TIMES} as times from (
  select extract(epoch from min(d.at) - o.created_at) * 1000 - (array_agg(d.ms order by d.at))[1]
  as ms
  from push_outbox o join deliveries d on d.outbox_id = o.id
  where o.created_at >= $1 and o.not_before is null group by o.id
  having bool_or(d.http_status is not null)) sent`;

const ACCEPTED_TO_DELIVERED = `select ${TIMES} as times from (
  select extract(epoch from min(o.finished_at) - p.accepted_at) * 1000 as ms
  from push_outbox o
  join event_evidence v on v.event_key = o.event_key and v.committed_at = o.created_at
  join raw_posts p on p.source = v.source and p.source_id = v.post_id
  where p.accepted_at >= $1 and o.status = 'done' and o.not_before is null
    and exists (select from deliveries d where d.outbox_id = o.id and d.http_status is not null)
  group by p.id) post`;

export async function waitsSince(databaseUrl: string, since: Date): Promise<Waits> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const ask = async (text: string): Promise<Times> =>
      (await client.query<{ times: Times }>(text, [since])).rows[0]?.times as Times;
    return {
      commitToSend: await ask(COMMIT_TO_SEND),
      acceptedToDelivered: await ask(ACCEPTED_TO_DELIVERED),
    };
  } finally {
    await client.end();
  }
}
