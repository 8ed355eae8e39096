import { iso as isoTime } from "../../kit/time.ts";
import type { Delivery } from "../../model/delivery.ts";
import type {
  DeliveryAttempt,
  DeliveryClaim,
  DeliveryClosing,
  DeliveryStore,
} from "../deliveries.ts";
import { IS_OPEN } from "./columns.ts";
import { BURY_CLOSED } from "./dead-letters.ts";
import { byItself, type Gather, together } from "./gather.ts";
import { isoColumn, jsonParam, type Sql } from "./sql.ts";

/** What each caller of claim and renew brings; a list of them is $1. */
type Ask = {
  id: number;
  token: string;
  now: string;
  leaseMs: number;
  sends?: boolean;
  turn?: string;
  digestKey?: string | null;
};

const ASK = `ask as (select *, now + "leaseMs" * interval '1 millisecond' as until
  from jsonb_to_recordset($1::jsonb) as a(id bigint, token text, now timestamptz, "leaseMs" float8,
  sends boolean, turn timestamptz, "digestKey" text))`;

/**
 * Says again what the join says, as a list: of a JSON parameter the planner expects a hundred rows,
 * for which it would read a small table whole.
 */
const NAMED_IN = (list: string): string => `o.id = any(array(select id from ${list}))`;

/** Of the posts that became evidence in the commit that wrote the row. */
const ACCEPTED_AT = `(
  select ${isoColumn("min(p.accepted_at)")} from event_evidence v join raw_posts p
  on p.source = v.source and p.source_id = v.post_id
  where v.event_key = held.event_key and v.committed_at = held.created_at
  and held.not_before is null and held.reopened_at is null)`;

/** Rows of the same channel and subject, beside those of the same event. */
const SAME_SUBJECT = (row: string): string => `channel_id = ${row}.channel_id
  and payload_json->>'subject' = ${row}.payload_json->>'subject'`;

/** Whether a row's event names its contract, by its posts or by a search. */
const HAS_CONTRACT = (row: string): string => `(${row}.payload_json->>'tokenCa' is not null
  or ${row}.payload_json->>'subject' <> ${row}.event_key)`;

/** Rows of the same channel about the same symbol in the same window. */
const SAME_SYMBOL = (row: string): string => `o.channel_id = ${row}.channel_id
  and o.payload_json->>'symbol' = ${row}.payload_json->>'symbol'
  and right(o.event_key, 20) = right(${row}.event_key, 20)
  and o.payload_json ? 'subject' and ${row}.payload_json ? 'subject'`;

/**
 * Rows that may be about the same token although their subjects differ: a symbol whose contract, or
 * whose chain, nobody knows yet.
 */
const MAY_BE_SAME = (row: string, columns: string): string => `select ${columns} from push_outbox o
  where ${SAME_SYMBOL(row)} and not (${HAS_CONTRACT("o")} and ${HAS_CONTRACT(row)})
    and (o.payload_json->>'chain' in ('unknown', ${row}.payload_json->>'chain')
    or ${row}.payload_json->>'chain' = 'unknown')`;

/** A symbol stands for one contract: the first that was told of after it. */
const IS_ANOTHER = (row: string): string => `${HAS_CONTRACT(row)} and exists (
  select from push_outbox o where ${SAME_SYMBOL(row)} and o.id < ${row}.id
    and ${HAS_CONTRACT("o")} and o.payload_json->>'subject' <> ${row}.payload_json->>'subject')`;

/** The attempts of rows of which nothing was sent. */
const UNSENT = "'skipped', 'muted', 'superseded', 'repeated', 'inhibited', 'ended'";

/** The columns by which a row that was sent is compared. */
const SENT = "o.id, o.event_key, o.payload_json, o.status, o.finished_at";

/**
 * Whether what was sent last about the subject came from another event and says the same. A route
 * that repeats lets it be said again after its interval. "offset 0" has the rows looked for by
 * their subject: by the status it would be a walk along all that was ever sent.
 */
const REPEATS = `coalesce((
  select o.event_key <> held.event_key
    and o.payload_json->>'state' = held.payload_json->>'state'
    and (held.payload_json->'routing'->>'repeatMs' is null or o.finished_at > held.now
      - (held.payload_json->'routing'->>'repeatMs')::float8 * interval '1 millisecond')
  from (
    (select ${SENT} from push_outbox o where ${SAME_SUBJECT("held")})
    union all
    select * from (${MAY_BE_SAME("held", SENT)}) m where not (${IS_ANOTHER("held")})
    offset 0
  ) o
  where o.status = 'done' and o.id <> held.id
    and coalesce((
      select d.status from deliveries d where d.outbox_id = o.id order by d.id desc limit 1
    ), '') not in (${UNSENT})
  order by o.finished_at desc, o.id desc limit 1), false)`;

/** When a caller that did not get the row may ask again. */
const UNTIL = `case kind when 'notDue' then next_retry_at when 'taken' then leased_until
  when 'behind' then turn end`;

/** An earlier holder marked the row as being sent and never closed it. */
const INTERRUPTED = "(sending_token is not null and sending_token <> token)";

/** The columns by which an older row is found to go first. */
const OLDER = "o.id, o.channel_id, o.status, o.next_retry_at, o.payload_json";

/**
 * "held" is the latest version of each row, read under its lock: of two claims one sees the other's
 * lease. Locked in one order by all. "offset 0" has the older row looked for among those of its
 * event and subject: by the channel it would be a walk along all that is open for it. A repeat that
 * is not due holds up nothing.
 */
const CLAIM = `
with ${ASK},
held as (
  select o.*, a.token, a.now, a.until, a.sends, a.turn as own_turn
  from push_outbox o join ask a on o.id = a.id
  where ${NAMED_IN("ask")} order by o.id for update of o
),
ruling as (
  select
    h.id as held_id,
    case
      when status in ('done', 'dlq') then 'closed'
      when h.next_retry_at > now and h.next_retry_at is distinct from own_turn then 'notDue'
      when leased_until > now and lease_token <> token then 'taken'
      when older.next_retry_at is not null and not h.payload_json ? 'stream' then 'behind'
      else 'claimed'
    end as kind,
    case when older.next_retry_at > now then older.next_retry_at else now + interval '2 seconds' end
    as turn,
    older.id as older_id
  from held h left join lateral (
    select o.id, o.next_retry_at from (
      (select ${OLDER} from push_outbox o where event_key = h.event_key)
      union all
      (select ${OLDER} from push_outbox o where ${SAME_SUBJECT("h")})
      union all
      (${MAY_BE_SAME("h", OLDER)})
      offset 0
    ) o
    where o.channel_id = h.channel_id and o.id < h.id and ${IS_OPEN}
      and not (o.payload_json ? 'repeat' and o.next_retry_at > h.now)
    order by o.id limit 1
  ) older on true
),
moved as (
  update push_outbox o set
    lease_token = case kind when 'claimed' then token else o.lease_token end,
    leased_until = case kind when 'claimed' then until else o.leased_until end,
    sending_token = case when kind = 'claimed' and sends then coalesce(o.sending_token, token)
    else o.sending_token end,
    next_retry_at = case kind when 'behind' then turn else o.next_retry_at end
  from ruling join held on held.id = held_id
  where o.id = held_id and kind in ('claimed', 'behind')
)
select id::float8 as id, kind,
  ${isoColumn(UNTIL)} as until, older_id::float8 as "olderId",
  jsonb_build_object('id', id, 'channelId', channel_id, 'eventKey', event_key, 'idemKey', idem_key,
  'payload', payload_json,
    'status', status, 'retryCount', retry_count, 'createdAt',
    ${isoColumn("coalesce(reopened_at, created_at)")}, 'leaseToken', token,
    'interrupted', ${INTERRUPTED}, 'digestKey',
    coalesce(digest_key, case when ${INTERRUPTED} then idem_key end),
    'acceptedAt', ${ACCEPTED_AT}, 'repeats', kind = 'claimed' and ${REPEATS}) as delivery
from held join ruling on held.id = held_id`;

/**
 * "open" is asked of the rows once they are found by their ids, lest the planner looks for them
 * among all that is open.
 */
const RENEW = `
with ${ASK},
held as (
  select o.id, a.token, a.until, a."digestKey", o.leased_until is not null and ${IS_OPEN} as open
  from push_outbox o join ask a on o.id = a.id and o.lease_token = a.token where ${NAMED_IN("ask")}
  order by o.id for update of o
)
update push_outbox o set leased_until = held.until, sending_token = coalesce(o.sending_token,
held.token),
  digest_key = coalesce(o.digest_key, held."digestKey")
from held
where o.id = held.id and held.open
returning o.id::float8 as id, held.token`;

/** How a row's attempt ended, flat as a record of $1. */
type Ending = { id: number; token: string; now: string; deadLetters: object[] } & Omit<
  DeliveryClosing,
  "deadLetter"
> &
  Partial<DeliveryAttempt>;

/**
 * $1 endings, and if some of them are dead letters, those as $2: the part that buries them is a
 * third of what planning the statement costs. The token stays in the closed row, so that a repeat
 * after a lost reply is distinguished from a lease that another took. "released" keeps the mark of
 * an interrupted send unless it is the holder's own, and always the key of a digest: an earlier
 * send under it may have arrived.
 */
const closeSql = (buried: string): string => `
with ending as (
  select * from jsonb_to_recordset($1::jsonb) as e(id bigint, token text, now timestamptz,
  kind text, "externalId" text, chat text, shared boolean,
    "nextRetryAt" timestamptz, unsure boolean, at timestamptz, result text, "httpStatus" int,
    ms float8, error text, ambiguous boolean)
),
held as (
  select o.id, e.token, o.leased_until is not null and ${IS_OPEN} as open
  from push_outbox o join ending e on o.id = e.id and o.lease_token = e.token
  where ${NAMED_IN("ending")} order by o.id for update of o
),
closed as (
  update push_outbox o set
    status = case e.kind when 'released' then o.status else e.kind end,
    attempt_count = o.attempt_count + (e.at is not null and not exists (
      select from deliveries d where d.outbox_id = o.id and d.lease_token = e.token))::int,
    retry_count = o.retry_count + case e.kind when 'failed' then 1 else 0 end,
    next_retry_at = coalesce(e."nextRetryAt", o.next_retry_at),
    external_id = case e.kind when 'done' then e."externalId" else o.external_id end,
    external_chat = case e.kind when 'done' then e.chat else o.external_chat end,
    external_shared = case e.kind when 'done' then coalesce(e.shared, false)
    else o.external_shared end,
    finished_at = case when e.kind in ('done', 'dlq') then e.now end,
    leased_until = null,
    sending_token = case when e.kind = 'released' then nullif(o.sending_token, e.token) end,
    digest_key = case when e.kind = 'released' then o.digest_key
    when e.kind = 'failed' and e.unsure then coalesce(o.digest_key, o.idem_key) end
  from held join ending e on held.id = e.id and held.token = e.token
  where o.id = held.id and held.open
  returning o.id, e.token, e.now, o.tenant
),
attempt as (
  insert into deliveries (outbox_id, lease_token, at, status, http_status, ms, error, ambiguous)
  select id, token, at, result, "httpStatus", ms, error, ambiguous from ending join closed
  using (id, token) where at is not null
  on conflict do nothing
)${buried}
select id::float8 as id, token from held`;

const CLOSE = closeSql("");

const CLOSE_AND_BURY = closeSql(`,
buried as (${BURY_CLOSED("$2")})`);

/**
 * Rows that a caller holds: with so many its sends are what the next must wait for, and a claim
 * that waits for others delays nothing.
 */
const MANY_HELD = 8;

/**
 * The same three calls, of which those that meet a statement in flight go out together in the next:
 * many deliveries at a time then cost few round trips. A closing also waits for others during
 * `pause`: nothing is sent later for it; and so does a claim while many rows are held. The callers
 * share promises, so make one for each object and never one for an isolate.
 */
export function deliveriesTogether(sql: Sql, pause: () => Promise<void>): DeliveryStore {
  const held = new Set<number>();
  const pauseWhenBusy = async () => (held.size >= MANY_HELD ? pause() : undefined);
  const store = leasing(sql, together(pauseWhenBusy), together(pause));
  return {
    ...store,
    async claim(id, ...lease) {
      const claim = await store.claim(id, ...lease);
      if (claim.kind === "claimed") held.add(id);
      return claim;
    },
    close: (id, ...ending) => store.close(id, ...ending).finally(() => held.delete(id)),
  };
}

export const deliveryStore = (sql: Sql): DeliveryStore => leasing(sql, byItself, byItself);

/** Of two callers for one row in the same statement the first gets it, as it would in two. */
const firstOfEach = (asks: Ask[]): Ask[] => [
  ...new Map(asks.toReversed().map((ask) => [ask.id, ask])).values(),
];

type ClaimRow = {
  id: number;
  kind: DeliveryClaim["kind"];
  until: string;
  olderId: number;
  delivery: Delivery;
};

function claimOf({ token, now, leaseMs }: Ask, row: ClaimRow | undefined): DeliveryClaim {
  if (row === undefined || row.kind === "closed") return { kind: "closed" };
  if (row.kind === "notDue") return { kind: "notDue", at: row.until };
  if (row.kind === "taken") return { kind: "taken", until: row.until };
  if (row.kind === "behind") return { kind: "behind", until: row.until, olderId: row.olderId };
  if (row.delivery.leaseToken === token) return { kind: "claimed", delivery: row.delivery };
  return { kind: "taken", until: isoTime(Date.parse(now) + leaseMs) };
}

type Lease = { id: number; token: string };

function holdersIn(asks: readonly Lease[], rows: readonly Lease[]): boolean[] {
  const held = new Set(rows.map(({ id, token }) => `${id} ${token}`));
  return asks.map(({ id, token }) => held.has(`${id} ${token}`));
}

function leasing(sql: Sql, gather: Gather, gatherClosings: Gather): DeliveryStore {
  const claim = gather(async (asks: Ask[]) => {
    const rows = await sql.query<ClaimRow>(CLAIM, [jsonParam(firstOfEach(asks))]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return asks.map((ask) => claimOf(ask, byId.get(ask.id)));
  });
  const renew = gather(async (asks: Ask[]) => {
    return holdersIn(asks, await sql.query<Lease>(RENEW, [jsonParam(asks)]));
  });
  const close = gatherClosings(async (endings: Ending[]) => {
    const deadLetters = endings.flatMap((ending) => ending.deadLetters);
    const ended = jsonParam(endings.map(({ deadLetters: _, ...ending }) => ending));
    const rows = await (deadLetters.length === 0
      ? sql.query<Lease>(CLOSE, [ended])
      : sql.query<Lease>(CLOSE_AND_BURY, [ended, jsonParam(deadLetters)]));
    return holdersIn(endings, rows);
  });
  return {
    claim: (id, token, now, leaseMs, terms) => claim({ id, token, now, leaseMs, ...terms }),
    renew: (id, token, now, leaseMs, digestKey) =>
      renew({ id, token, now, leaseMs, digestKey: digestKey ?? null }),
    close(id, token, closing, attempt, now) {
      const deadLetters =
        closing.kind === "dlq" ? [{ ...closing.deadLetter, key: `outbox:${id}` }] : [];
      const { deadLetter: _, ...outcome } = { deadLetter: null, ...closing };
      return close({ ...attempt, ...outcome, id, token, now, deadLetters });
    },
  };
}
