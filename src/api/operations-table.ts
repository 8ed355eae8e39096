import * as z from "zod";
import { PostOnWire } from "../model/raw-post.ts";
import { Signal } from "../model/signal.ts";
import { TokenEvent } from "../model/token-event.ts";
import { ChannelInput, ChannelUpdate, PreviewInput } from "./channel-input.ts";
import { DeadLettersQuery } from "./dead-letters.ts";
import { DialInput } from "./dials.ts";
import { GraphqlBody } from "./graphql.ts";
import { KeyInput } from "./keys.ts";
import { OutboxQuery } from "./outbox.ts";
import { ListQuery, LiveQuery } from "./query.ts";
import { TriggerQuery } from "./sources.ts";

/**
 * What GET /openapi.json says of a route beside its path and who may call it. `answer` is described
 * in camelCase, as the model has it.
 */
export type ApiOperation = {
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Of a body that is not JSON. */
  bodyType?: string;
  answer?: z.ZodType;
  answerType?: string;
  status?: number;
};

const page = (name: string, item: z.ZodType) =>
  z.object({ [name]: z.array(item), nextCursor: z.string().nullable() });
const SignalShown = Signal.omit({ facts: true }).extend({
  type: z.string().nullable(),
  chain: z.string().nullable(),
  symbol: z.string().nullable(),
  featuresSnapshot: Signal.shape.facts,
});
const Accepted = z.object({
  accepted: z.number().int(),
  repeated: z.number().int(),
  rejected: z.array(
    z.object({
      index: z.number().int(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  ),
});
const Eval = z.object({
  facts: z.record(z.string(), z.unknown()),
  rules: z.string().optional(),
  explain: z.boolean().optional(),
});

export const OPERATIONS: Readonly<Record<string, ApiOperation>> = {
  "GET /healthz": {
    summary:
      "Health of the database, Redis, rules and queues. 503 when unhealthy; degraded is a 200.",
  },
  "GET /readyz": { summary: "200 when migrations are applied and rules are loaded." },
  "GET /openapi.json": { summary: "This document." },
  "GET /events": {
    summary: "Events, the latest first.",
    query: ListQuery,
    answer: page("events", TokenEvent),
  },
  "GET /events/:eventKey": {
    summary: "One event with its signal and its evidence.",
    answer: TokenEvent,
  },
  "GET /signals": {
    summary: "Signals, the latest first.",
    query: ListQuery,
    answer: page("signals", SignalShown),
  },
  "GET /signals/:eventKey": { summary: "One signal.", answer: SignalShown },
  "GET /signals/:eventKey/explain": {
    summary: "Every rule, matched or not, with each value, its age and its provider.",
  },
  "GET /posts/:source/:id": {
    summary: "What became of a post: each stage's outcome, time and reason.",
  },
  "GET /overview": { summary: "The live figures of the page." },
  "GET /audit": { summary: "The promise, counted: how every accepted post ended." },
  "GET /analytics": { summary: "The names of the series." },
  "GET /analytics/:query": { summary: "One series, as rows of equal shape." },
  "GET /stream": {
    summary:
      "Live messages: Server-Sent Events, or a WebSocket on upgrade. Resumes from Last-Event-ID " +
      "or ?after=.",
    query: LiveQuery,
    answerType: "text/event-stream",
  },
  "POST /graphql": {
    summary:
      "The same read model by GraphQL: events, signals with explain, posts, evidence, " +
      "deliveries. Introspection is on.",
    body: GraphqlBody,
    answer: z.object({
      data: z.unknown().optional(),
      errors: z.array(z.object({ message: z.string() })).optional(),
    }),
  },
  "GET /metrics": { summary: "Prometheus text.", answerType: "text/plain" },
  "POST /ingest": {
    summary:
      "Accepts up to 1,000 posts in 1 MB. A bad post rejects itself alone. Honours Idempotency-Key.",
    body: z.object({ posts: z.array(PostOnWire).max(1_000) }),
    answer: Accepted,
    status: 202,
  },
  "POST /ingest/:source": {
    summary: "A source's own push format: CloudEvents, or a webhook with its signature.",
    bodyType: "*/*",
    answer: Accepted,
    status: 202,
  },
  "POST /triggers/:source": {
    summary: "Runs one poll of a source now, or a backfill.",
    query: TriggerQuery,
    status: 202,
  },
  "GET /sources": { summary: "Every source: on, or why it is off; its last poll." },
  "GET /providers": {
    summary: "Every outside service that is called: breaker, pace, budget, last answer.",
  },
  "POST /providers/:name/reset": {
    summary: "Closes a breaker after its cause was mended.",
    status: 204,
  },
  "GET /dials": {
    summary:
      "Local stack alone: the stand-ins for outside services, the faults there are, and those " +
      "turned up.",
  },
  "PUT /dials/:name": {
    summary: "Local stack alone: part of the calls to a stand-in fail, or to all (*).",
    body: DialInput,
  },
  "DELETE /dials/:name": {
    summary: "Local stack alone: a stand-in is well again, or all are (*).",
    status: 204,
  },
  "GET /rules": { summary: "The rules in force and their sha." },
  "PUT /rules": {
    summary: "Replaces the rules when they load; 422 names line and column. ?dry_run only checks.",
    bodyType: "text/yaml",
  },
  "GET /rules/versions": { summary: "Versions, the latest activated first." },
  "GET /rules/versions/:sha": { summary: "One version." },
  "POST /rules/rollback": {
    summary: "Puts an earlier version in force.",
    body: z.object({ sha: z.string() }),
  },
  "POST /rules/eval": { summary: "Scores given facts without storing anything.", body: Eval },
  "POST /rules/backtest": {
    summary: "Replays stored signals through other rules.",
    body: z.object({
      rules: z.string(),
      since: z.string().optional(),
      limit: z.number().int().optional(),
    }),
  },
  "PUT /lists/:name": {
    summary: "Replaces the authors list or the blacklist when it can be read.",
    bodyType: "text/yaml",
  },
  "GET /channels": { summary: "Channels and the kinds there are. Secrets are never read back." },
  "POST /channels": { summary: "Adds a channel.", body: ChannelInput, status: 201 },
  "PATCH /channels/:id": { summary: "Changes a channel.", body: ChannelUpdate },
  "DELETE /channels/:id": {
    summary: "Removes a channel; its deliveries stay readable.",
    status: 204,
  },
  "POST /channels/preview": {
    summary: "What a channel's messages would look like.",
    body: PreviewInput,
  },
  "POST /channels/:id/test": { summary: "Sends a test message." },
  "GET /outbox": {
    summary: "Deliveries with their attempts, the latest first.",
    query: OutboxQuery,
  },
  "POST /outbox/:id/retry": {
    summary: "Makes a failed or dead delivery due now, with its idempotency key.",
    status: 202,
  },
  "GET /dead-letters": {
    summary: "What no retry could mend, with advice.",
    query: DeadLettersQuery,
  },
  "POST /dead-letters/replay": {
    summary: "Replays dead letters by id or by reason, capped; idempotency keys stay.",
    body: z.object({
      ids: z.array(z.number().int()).optional(),
      reason: z.string().optional(),
      stage: z.string().optional(),
    }),
    status: 202,
  },
  "GET /keys": { summary: "Keys, without their secrets." },
  "POST /keys": {
    summary: "Makes a key. The secret is in this answer and nowhere else.",
    body: KeyInput,
    status: 201,
  },
  "DELETE /keys/:id": { summary: "Revokes a key.", status: 204 },
};
