import { buildSchema, type GraphQLSchema } from "graphql";
import { CHAINS, EVENT_TYPES, Level, RiskLevel, SIGNAL_STATES } from "../../model/scalars.ts";

const enumOf = (name: string, values: readonly string[]): string =>
  `enum ${name} { ${values.join(" ")} }`;

const FILTER = `type: EventType, chain: Chain, symbol: String, token_ca: String,
    since: String, until: String,
    min_score: Float, state: SignalState, limit: Int = 50, cursor: String`;

/**
 * The names and meanings of the REST answers, so that both tell the same of a thing. Times are ISO
 * 8601 in UTC.
 */
const SDL = `
${enumOf("Chain", CHAINS)}
${enumOf("EventType", EVENT_TYPES)}
${enumOf("SignalState", SIGNAL_STATES)}
${enumOf("Level", Level.options)}
${enumOf("RiskLevel", RiskLevel.options)}
"Any JSON value."
scalar JSON

type Query {
  "The latest first. A page takes up to 200; go on with next_cursor."
  events(${FILTER}): EventPage!
  event(event_key: String!): Event
  "The latest first."
  signals(${FILTER}): SignalPage!
  signal(event_key: String!): Signal
  "What became of a post."
  post(source: String!, id: String!): Post
  """
  Notifications with their attempts, the latest first. Asks for a key with the scope operations
  where the outbox is not public.
  """
  deliveries(
    status: String, channel_id: Int, since: String, limit: Int = 50, cursor: String
  ): DeliveryPage!
}

type EventPage { items: [Event!]! next_cursor: String }
type SignalPage { items: [Signal!]! next_cursor: String }
type DeliveryPage { items: [Delivery!]! next_cursor: String }

"A token in a time window, summed over its evidence."
type Event {
  event_key: String!
  type: EventType!
  symbol: String
  token_ca: String
  chain: Chain!
  summary: String!
  window_start: String!
  start_ts: String!
  last_ts: String!
  "Distinct texts: near-duplicates count once."
  evidence_count: Int!
  "Near-duplicates beyond the first of each text."
  copies: Int!
  unique_authors: Int!
  state: SignalState!
  score: Float!
  level: Level!
  signal: Signal
  "The earliest pieces, in event time; at most 200."
  evidence(limit: Int = 20): [Evidence!]!
  "The latest notifications about it; at most 200."
  deliveries(limit: Int = 20): [Delivery!]!
}

"A post speaking of the event's token."
type Evidence {
  evidence_id: String!
  source: String!
  post_id: String!
  author: String!
  posted_at: String!
  type: EventType!
  type_phrase: String!
  sentiment: Float
  stance: Float
  lang: String
  keywords: [String!]!
  followers: Float
  url: String
  excerpt: String!
  token: JSON!
}

type Signal {
  event_key: String!
  state: SignalState!
  score: Float!
  level: Level!
  risk_level: RiskLevel!
  "What the state was before; null at first."
  previous_state: SignalState
  type: String
  chain: String
  symbol: String
  reasons: [Reason!]!
  "What is not known."
  missing: [String!]!
  degraded: Boolean!
  onchain_asof_ts: String
  onchain_confidence: Float
  rules_version: String!
  transition: Int!
  ts: String!
  "Every fact with its provider and age."
  features_snapshot: JSON!
  "Every rule, matched or not; null when the rules that scored it are no longer known."
  explain: Explanation
  event: Event
}

type Reason { rule: String! group: String! score: Float! text: String! }

type Explanation {
  rules_version: String! evaluated_at: String! verdict: JSON!
  stored: JSON! recomputed: JSON! agree: Boolean! rules: [ExplainedRule!]! states: JSON!
}

type ExplainedRule {
  rule: String!
  group: String!
  stage: String!
  outcome: String!
  score: Float!
  reason: String!
  "Asks for the scope operations, as do why and parts; else null."
  condition: String
  "Why it did not match; empty when it did."
  why: String
  parts: JSON!
  facts: JSON!
}

type Post {
  source: String!
  id: String!
  author: String!
  text: String!
  posted_at: String!
  accepted_at: String!
  outcome: String
  reason: String
  lang: String
  spam: Float
  sentiment: Float
  trace: String
  steps: [Step!]!
}

type Step {
  stage: String! outcome: String! at: String! reason: String event_key: String event: Event
  ms: Float shared: Int who: String
}

type Delivery {
  id: Float!
  channel_id: Float!
  channel: String!
  event_key: String!
  status: String!
  retry_count: Int!
  next_retry_at: String
  created_at: String!
  finished_at: String
  idem_key: String!
  payload: JSON!
  attempts: [Attempt!]!
  event: Event
}

type Attempt { at: String! result: String! http_status: Int ms: Float! error: String }
`;

let built: GraphQLSchema | undefined;

/** Made at the first use in an isolate. */
export const graphqlSchema = (): GraphQLSchema => {
  built ??= buildSchema(SDL);
  return built;
};
