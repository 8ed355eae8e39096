import { MOST_RELATED } from "../../events.ts";
import { GIVEN_KEYS, isoColumn } from "../sql.ts";

/** The last post of an event is within a day of its window's start, which the indexes know. */
const IN_WINDOW = `o.window_start = e.window_start and o.last_ts >= e.window_start
  and o.last_ts < e.window_start + interval '1 day' and o.event_key <> e.event_key`;

/** What the facts of a signal say of the contract, without its chain. */
const factContract = (facts: string): string =>
  `substr(${facts}->>'contract', strpos(${facts}->>'contract', ':') + 1)`;

/** Of the posts of the other event, or as a search found it. */
const OTHERS_CONTRACT = `coalesce(o.token_ca, ${factContract("(t.features_snapshot->'values')")})`;

/** The keys of the events that are one with the event e, which is about \`contract\`. */
const relatedTo = (contract: string): string => `
  select o.event_key from (
    select o.event_key, o.chain, o.token_ca from events o
    where o.symbol = e.symbol and ${IN_WINDOW}
    union all
    select o.event_key, o.chain, o.token_ca from events o
    where o.token_ca = ${contract} and o.symbol is distinct from e.symbol and ${IN_WINDOW}
  ) o join signals t using (event_key)
  where ${OTHERS_CONTRACT} = ${contract}
    or (${OTHERS_CONTRACT} is null or ${contract} is null)
    and (o.chain = e.chain or 'unknown' in (o.chain, e.chain))
  order by o.event_key collate "C" limit ${MOST_RELATED}`;

/** The facts of the signal s, unpacked once, and the contract that its event e is about. */
const FACTS_OF_SIGNAL = `(
  select v.facts, coalesce(e.token_ca, ${factContract("v.facts")}) as contract
  from (select s.features_snapshot->'values' as facts offset 0) v offset 0
) f`;

const RELATED = `array(${relatedTo("f.contract")}) as related`;

export const RELATED_EVENTS = `
select json_build_object('eventKey', r.event_key, 'related', r.related) as item
from (
  select e.event_key, ${RELATED}
  from events e join signals s using (event_key) cross join lateral ${FACTS_OF_SIGNAL}
  where e.event_key in (${GIVEN_KEYS})
) r where r.related <> '{}'`;

/** A row as JSON without blanks. In the list of what is selected it is made after the limit. */
const line = (columns: string): string => `(select row_to_json(r)::text from (
  select ${columns}, ${RELATED} from ${FACTS_OF_SIGNAL}
) r)`;

/** What GET /events shows of a row; the model's names in snake_case, in its order. */
export const EVENT_LINE = line(`
  e.event_key, e.type, e.symbol, e.token_ca, e.chain, e.summary,
  replace(${isoColumn("e.window_start")}, '.000Z', 'Z') as window_start,
  ${isoColumn("e.start_ts")} as start_ts, ${isoColumn("e.last_ts")} as last_ts,
  e.evidence_count, e.copies, e.unique_authors, s.state, s.score, s.level`);

/** What GET /signals shows of a row. */
export const SIGNAL_LINE = line(`
  s.event_key, s.state, s.previous_state, s.score, s.level, s.risk_level,
  array(select r from jsonb_to_recordset(s.reasons) as r(score json, text json)) as reasons,
  s.missing, s.degraded, ${isoColumn("s.ts")} as ts, f.facts->'type' as type,
  f.facts->'chain' as chain, f.facts->'symbol' as symbol,
  case jsonb_typeof(f.facts->'evidence_count') when 'number' then f.facts->'evidence_count' end
    as evidence_count`);
