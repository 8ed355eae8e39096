import type { ChannelConfig } from "../../model/channel-config.ts";
import {
  type ChannelFailures,
  type ChannelStore,
  MOST_MUTES,
  type MuteResult,
} from "../channels.ts";
import { AUDITED, CHANNEL, closedWithChannels } from "./columns.ts";
import { REMOVED, unlessRemoved } from "./quotas.ts";
import { isoColumn, jsonParam, OWN, optionalJson, type Sql } from "./sql.ts";

const CHANNEL_COLUMNS = `select ${CHANNEL} as channel from channels c
  where c.removed_at is null${OWN("c")} order by c.id`;

const ADD = `
with added as (
insert into channels as c (kind, name, settings, filter, at_most_once, created_at)
select kind, name, settings, filter, "atMostOnce", $2::timestamptz
from jsonb_to_record($1::jsonb) as d(kind text, name text, settings jsonb, filter jsonb,
"atMostOnce" boolean)
on conflict (tenant, name) where removed_at is null do nothing
returning c.id, ${CHANNEL} as channel
), ${AUDITED("added", "$3", { subject: "'channel/' || (select id from added)" })}
select channel from added`;

/** Only fields that the patch has are changed; a null status reason is one of them. */
const UPDATE = `
with patch as (
  select * from jsonb_to_record($2::jsonb) as p(name text, settings jsonb, filter jsonb,
  status text, "statusReason" text, "atMostOnce" boolean)
),
target as (
  select c.id, c.tenant from channels c
  where c.id = $1::bigint and c.removed_at is null${OWN("c")}
),
rival as (select true as taken from channels c, patch p, target t where c.name = p.name
and c.tenant = t.tenant and c.id <> t.id and c.removed_at is null),
saved as (
  update channels c set
    name = coalesce(p.name, c.name), settings = coalesce(p.settings, c.settings),
    filter = coalesce(p.filter, c.filter),
    status = coalesce(p.status, c.status), at_most_once = coalesce(p."atMostOnce", c.at_most_once),
    status_reason = case when $2::jsonb ? 'statusReason' then p."statusReason"
    else c.status_reason end,
    failing_since = case when p.status = 'active' then null else c.failing_since end,
    failures = case when p.status = 'active' then 0 else c.failures end,
    refusals = case when p.status = 'active' then 0 else c.refusals end
  from patch p, target t
  where c.id = t.id and c.removed_at is null and not exists (select from rival)
  returning ${CHANNEL} as channel
), ${AUDITED("saved", "$3")}
select channel, exists (select from rival) as taken
from target left join saved on true`;

const MUTE = `
with held as (
  select id, filter, coalesce(filter->'mutes', '[]') as mutes from channels c
  where id = $1::bigint and removed_at is null${OWN("c")} for update
),
recent as (
  select m.mute, m.place, m.mute->>'token' <> $2::jsonb->>'token' and m.place = max(m.place) over
    (partition by m.mute->>'token') as lasts,
    (m.mute->>'until')::timestamptz > $3::timestamptz as in_force
  from held, jsonb_array_elements(held.mutes) with ordinality as m(mute, place)
  where (m.mute->>'until')::timestamptz > $3::timestamptz - interval '32 days'
),
kept as (
  select * from recent where (select count(*) from recent) < 2 * ${MOST_MUTES}
    or (lasts and place >= (select min(place) from recent where in_force))
),
ruling as (
  select case
    when exists (select from jsonb_array_elements(held.mutes) m
      where m->>'request' = $2::jsonb->>'request') then 'repeated'
    when (select count(*) from kept) >= 2 * ${MOST_MUTES} then 'full'
    when ($2::jsonb->>'until')::timestamptz > $3::timestamptz and
      (select count(*) from recent where lasts and in_force) >= ${MOST_MUTES} then 'full'
    else 'muted'
  end as result from held
),
saved as (
  update channels c set filter = held.filter || jsonb_build_object('mutes',
    coalesce((select jsonb_agg(mute order by place) from kept), '[]') || $2::jsonb)
  from held, ruling
  where c.id = held.id and result = 'muted'
  returning c.id, c.tenant
), ${AUDITED("saved", "$4", { tenant: "(select tenant from saved)" })}
select result from ruling`;

const SET_STATUS = `
with held as (
  select id, status from channels c
  where id = $1::bigint and removed_at is null${OWN("c")} for update
)
update channels c set status = $2, status_reason = $3,
  failing_since = case when $2 = 'active' then null else c.failing_since end,
  failures = case when $2 = 'active' then 0 else c.failures end,
  refusals = case when $2 = 'active' then 0 else c.refusals end
from held where c.id = held.id and held.status <> $2
returning true as changed`;

const RECORD_FAILURE = `
update channels c set failing_since = coalesce(c.failing_since, $2::timestamptz),
  failures = c.failures + 1, refusals = case when $3::boolean then c.refusals + 1 else 0 end
where c.id = $1::bigint and c.removed_at is null${OWN("c")}
returning ${isoColumn("c.failing_since")} as "failingSince", c.failures, c.refusals`;

const CLEAR_FAILURES = `update channels c set failing_since = null,
  failures = 0, refusals = 0
  where id = $1::bigint and failing_since is not null${OWN("c")}`;

const REMOVE = `
with removed as (
  update channels c set removed_at = $2::timestamptz, settings = '{}'
  where id = $1::bigint and removed_at is null${OWN("c")}
  returning id
),
${closedWithChannels("removed", "$2", "the channel was removed")},
${AUDITED("removed", "$3")}
select true as removed from removed`;

export function channelStore(sql: Sql): ChannelStore {
  return {
    channels: async () =>
      (await sql.query<{ channel: ChannelConfig }>(CHANNEL_COLUMNS, [])).map(
        ({ channel }) => channel,
      ),
    async setChannelStatus(id, status, statusReason) {
      return (await sql.query(SET_STATUS, [id, status, statusReason])).length > 0;
    },
    recordFailure: async (id, at, refused) =>
      (await sql.query<ChannelFailures>(RECORD_FAILURE, [id, at, refused]))[0] ?? null,
    async clearFailures(id) {
      await sql.query(CLEAR_FAILURES, [id]);
    },
    async addChannel(draft, at, entry) {
      const params = [jsonParam(draft), at, optionalJson(entry)];
      const added = sql.query<{ channel: ChannelConfig }>(ADD, params);
      const rows = await added.catch(unlessRemoved);
      if (rows === REMOVED) return { kind: "unknown" };
      const [row] = rows;
      return row === undefined ? { kind: "taken" } : { kind: "saved", channel: row.channel };
    },
    async updateChannel(id, patch, entry) {
      const [row] = await sql.query<{ channel: ChannelConfig; taken: boolean }>(UPDATE, [
        id,
        jsonParam(patch),
        optionalJson(entry),
      ]);
      if (row === undefined) return { kind: "unknown" };
      return row.taken ? { kind: "taken" } : { kind: "saved", channel: row.channel };
    },
    async muteToken(id, mute, at, entry) {
      const params = [id, jsonParam(mute), at, optionalJson(entry)];
      const [row] = await sql.query<{ result: MuteResult }>(MUTE, params);
      return row?.result ?? "unknown";
    },
    removeChannel: async (id, at, entry) =>
      (await sql.query(REMOVE, [id, at, optionalJson(entry)])).length > 0,
  };
}
