import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";

/**
 * The tables, for drizzle-kit, which writes migrations/ from this file. docs/schema.md says what
 * each column means. Times have milliseconds, as in JavaScript, so that a cursor made from one
 * finds its row again. Text has no length limit and scores are double
 * precision: a long symbol or a score of 99999 must not lose a signal.
 */
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "string" });
const id = () => bigint("id", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity();
/**
 * Whose row it is. What a tenant's transaction writes is that tenant's, without a word of the
 * statement. The policies that keep tenants apart are in the migration "tenants".
 */
const tenant = () =>
  text("tenant")
    .notNull()
    .default(sql`coalesce(nullif(current_setting('app.tenant', true), ''), 'default')`);

/** Beside the tenant "default", which is always there and has no row. */
export const tenants = pgTable("tenants", {
  name: text("name").primaryKey(),
  createdAt: at("created_at").notNull(),
  removedAt: at("removed_at"),
  /** TenantQuota. */
  quota: jsonb("quota").notNull().default({}),
  /** What it has used of `usageDay`, as far as it has a quota of it. */
  usageDay: date("usage_day"),
  usedPosts: integer("used_posts").notNull().default(0),
  usedNotifications: integer("used_notifications").notNull().default(0),
});

export const rawPosts = pgTable(
  "raw_posts",
  {
    id: id(),
    source: text("source").notNull(),
    sourceId: text("source_id").notNull(),
    author: text("author").notNull(),
    text: text("text").notNull(),
    postedAt: at("posted_at").notNull(),
    raw: jsonb("raw").notNull(),
    lang: text("lang"),
    spam: doublePrecision("spam"),
    sentiment: doublePrecision("sentiment"),
    textHash: text("text_hash").notNull(),
    fingerprint: text("fingerprint"),
    outcome: text("outcome"),
    reason: text("reason"),
    detail: text("detail"),
    eventKeys: text("event_keys").array(),
    doneKeys: text("done_keys").array().notNull().default([]),
    acceptedAt: at("accepted_at").notNull(),
    judgedAt: at("judged_at"),
    endedAt: at("ended_at"),
    requeuedAt: at("requeued_at"),
    /** Milliseconds of each step, and how many posts shared those of the two statements. */
    acceptMs: real("accept_ms"),
    acceptedWith: smallint("accepted_with"),
    filterMs: real("filter_ms"),
    refineMs: real("refine_ms"),
    dedupMs: real("dedup_ms"),
    judgedWith: smallint("judged_with"),
  },
  (t) => [
    unique("raw_posts_source_source_id").on(t.source, t.sourceId),
    index("raw_posts_text").on(t.textHash, t.author, t.id),
    index("raw_posts_open")
      .on(sql`coalesce(${t.requeuedAt}, ${t.acceptedAt})`, t.id)
      .where(sql`${t.endedAt} is null`),
    index("raw_posts_unjudged")
      .on(t.source, sql`coalesce(${t.requeuedAt}, ${t.acceptedAt})`)
      .where(sql`${t.judgedAt} is null and ${t.endedAt} is null`),
    index("raw_posts_accepted_at").using("brin", t.acceptedAt),
    // What was dropped has few reasons; the others' name posts, and are too many to index.
    index("raw_posts_reason").on(t.reason, t.id).where(sql`${t.outcome} = 'dropped'`),
    index("raw_posts_outcome").on(t.outcome, t.id).where(sql`${t.outcome} <> 'dropped'`),
    // The audit goes on where it last ended.
    index("raw_posts_ended_at").on(t.endedAt).where(sql`${t.endedAt} is not null`),
    index("raw_posts_came_to_nothing")
      .on(t.acceptedAt)
      .where(sql`${t.outcome} in ('dropped', 'duplicate', 'dead')`),
    check(
      "raw_posts_outcome",
      sql`${t.outcome} in ('pending', 'evidence', 'dropped', 'duplicate', 'dead')`,
    ),
    check(
      "raw_posts_ended",
      sql`(${t.endedAt} is null) = (coalesce(${t.outcome}, 'pending') = 'pending')`,
    ),
  ],
);

export const events = pgTable(
  "events",
  {
    id: id(),
    eventKey: text("event_key").notNull(),
    type: text("type").notNull(),
    symbol: text("symbol"),
    tokenCa: text("token_ca"),
    chain: text("chain").notNull(),
    summary: text("summary").notNull(),
    evidence: jsonb("evidence").notNull(),
    windowStart: at("window_start").notNull(),
    startTs: at("start_ts").notNull(),
    lastTs: at("last_ts").notNull(),
    evidenceCount: integer("evidence_count").notNull(),
    copies: integer("copies").notNull(),
    uniqueAuthors: integer("unique_authors").notNull(),
    version: text("version").notNull().default("1"),
    rev: integer("rev").notNull(),
    updatedAt: at("updated_at").notNull(),
    /** Rows of push_outbox that are about it, for the audit. */
    deliveryCount: integer("delivery_count").notNull().default(0),
  },
  (t) => [
    unique("events_event_key").on(t.eventKey),
    index("events_last_ts").on(t.lastTs, t.id),
    index("events_updated_at").on(t.updatedAt, t.id),
    index("events_symbol").on(t.symbol, t.lastTs),
    index("events_token_ca").on(t.tokenCa, t.lastTs),
    // A page of what hardly any event is must not read all of them.
    index("events_type").on(t.type, t.lastTs, t.id),
    index("events_chain").on(t.chain, t.lastTs, t.id),
  ],
);

export const eventEvidence = pgTable(
  "event_evidence",
  {
    eventKey: text("event_key")
      .notNull()
      .references(() => events.eventKey, { onDelete: "cascade" }),
    evidenceId: text("evidence_id").notNull(),
    source: text("source").notNull(),
    postId: text("post_id").notNull(),
    author: text("author").notNull(),
    postedAt: at("posted_at").notNull(),
    mention: jsonb("mention").notNull(),
    committedAt: at("committed_at").notNull(),
    /** The event's revision that brought it; null in rows of before there was this column. */
    rev: integer("rev"),
    /** How long the commit that brought it took: CommitTimings, and the statement itself. */
    timings: jsonb("timings"),
    storeMs: real("store_ms"),
  },
  (t) => [
    primaryKey({ name: "event_evidence_pk", columns: [t.eventKey, t.evidenceId] }),
    index("event_evidence_post").on(t.source, t.postId),
  ],
);

export const signals = pgTable(
  "signals",
  {
    id: id(),
    eventKey: text("event_key")
      .notNull()
      .references(() => events.eventKey, { onDelete: "cascade" }),
    state: text("state").notNull(),
    previousState: text("previous_state"),
    score: doublePrecision("score").notNull(),
    level: text("level").notNull(),
    riskLevel: text("risk_level").notNull(),
    reasons: jsonb("reasons").notNull(),
    missing: jsonb("missing").notNull(),
    featuresSnapshot: jsonb("features_snapshot").notNull(),
    degraded: boolean("degraded").notNull(),
    onchainAsofTs: at("onchain_asof_ts"),
    onchainConfidence: doublePrecision("onchain_confidence"),
    rulesVersion: text("rules_version").notNull(),
    transition: integer("transition").notNull(),
    ts: at("ts").notNull(),
  },
  (t) => [
    unique("signals_event_key").on(t.eventKey),
    index("signals_ts").on(t.ts, t.id),
    index("signals_state").on(t.state, t.ts, t.id),
    index("signals_score").on(t.score),
    check("signals_state", sql`${t.state} in ('candidate', 'verified', 'downgraded')`),
  ],
);

/** One row for each commit that changed the score or the state of a signal. Rows are only added. */
export const signalHistory = pgTable(
  "signal_history",
  {
    id: id(),
    eventKey: text("event_key")
      .notNull()
      .references(() => events.eventKey, { onDelete: "cascade" }),
    rev: integer("rev").notNull(),
    ts: at("ts").notNull(),
    state: text("state").notNull(),
    previousState: text("previous_state"),
    score: doublePrecision("score").notNull(),
    previousScore: doublePrecision("previous_score"),
    level: text("level").notNull(),
    riskLevel: text("risk_level").notNull(),
    transition: integer("transition").notNull(),
    rulesVersion: text("rules_version").notNull(),
    evidenceCount: integer("evidence_count").notNull(),
    uniqueAuthors: integer("unique_authors").notNull(),
    liquidity: doublePrecision("liquidity"),
    priceUsd: doublePrecision("price_usd"),
  },
  (t) => [
    index("signal_history_event_key").on(t.eventKey, t.ts, t.id),
    index("signal_history_ts").on(t.ts, t.id),
  ],
);

export const pushOutbox = pgTable(
  "push_outbox",
  {
    id: id(),
    channelId: bigint("channel_id", { mode: "number" }).notNull(),
    eventKey: text("event_key").notNull(),
    payloadJson: jsonb("payload_json").notNull(),
    status: text("status").notNull().default("pending"),
    retryCount: integer("retry_count").notNull().default(0),
    nextRetryAt: at("next_retry_at").notNull(),
    createdAt: at("created_at").notNull(),
    idemKey: text("idem_key").notNull(),
    notBefore: at("not_before"),
    leaseToken: text("lease_token"),
    leasedUntil: at("leased_until"),
    sendingToken: text("sending_token"),
    digestKey: text("digest_key"),
    finishedAt: at("finished_at"),
    externalId: text("external_id"),
    externalChat: text("external_chat"),
    externalShared: boolean("external_shared").notNull().default(false),
    reopenedAt: at("reopened_at"),
    /** Rows of deliveries that are about it, for the audit. */
    attemptCount: integer("attempt_count").notNull().default(0),
    /** That of its channel. */
    tenant: tenant(),
    /** Whether it is among what its tenant has used of its quota. */
    counted: boolean("counted"),
  },
  (t) => [
    unique("push_outbox_idem_key").on(t.idemKey),
    // No index names what a claim changes: its new version of a row then stays on the row's page
    // and no index gets an entry. The pages have room for it (fillfactor, by the migration
    // outbox-hot).
    index("push_outbox_due")
      .on(t.nextRetryAt, t.id)
      .where(sql`${t.status} in ('pending', 'failed')`),
    index("push_outbox_due_channel")
      .on(t.channelId, t.nextRetryAt, t.id)
      .where(sql`${t.status} in ('pending', 'failed')`),
    index("push_outbox_event_key").on(t.eventKey, t.createdAt),
    index("push_outbox_subject").on(t.channelId, sql`(${t.payloadJson}->>'subject')`),
    index("push_outbox_symbol").on(
      t.channelId,
      sql`(${t.payloadJson}->>'symbol')`,
      sql`"right"(${t.eventKey}, 20)`,
    ),
    index("push_outbox_channel").on(t.channelId, t.id),
    index("push_outbox_status").on(t.status, t.id),
    index("push_outbox_created_at").using("brin", t.createdAt),
    // Rows of the tenant "default" cost no entry: they are found as before there were tenants.
    index("push_outbox_tenant").on(t.tenant, t.id).where(sql`${t.tenant} <> 'default'`),
    index("push_outbox_finished_at").on(t.finishedAt).where(sql`${t.status} in ('done', 'dlq')`),
    check("push_outbox_status", sql`${t.status} in ('pending', 'failed', 'done', 'dlq')`),
  ],
);

export const deliveries = pgTable(
  "deliveries",
  {
    id: id(),
    outboxId: bigint("outbox_id", { mode: "number" })
      .notNull()
      .references(() => pushOutbox.id, { onDelete: "cascade" }),
    leaseToken: text("lease_token").notNull(),
    at: at("at").notNull(),
    status: text("status").notNull(),
    httpStatus: integer("http_status"),
    ms: doublePrecision("ms").notNull(),
    error: text("error"),
    ambiguous: boolean("ambiguous").notNull(),
  },
  (t) => [unique("deliveries_outbox_lease").on(t.outboxId, t.leaseToken)],
);

export const deadLetters = pgTable(
  "dead_letters",
  {
    id: id(),
    key: text("key").notNull(),
    stage: text("stage").notNull(),
    reason: text("reason").notNull(),
    error: text("error").notNull(),
    payload: jsonb("payload"),
    attempts: integer("attempts").notNull(),
    subject: text("subject"),
    advice: text("advice").notNull(),
    createdAt: at("created_at").notNull(),
    replayedAt: at("replayed_at"),
    replays: integer("replays").notNull().default(0),
    tenant: tenant(),
  },
  (t) => [
    unique("dead_letters_key").on(t.key),
    index("dead_letters_tenant").on(t.tenant, t.id).where(sql`${t.tenant} <> 'default'`),
    index("dead_letters_subject").on(t.subject),
    // Retention looks for old ones each hour, also where none is.
    index("dead_letters_created_at").on(t.createdAt),
    index("dead_letters_stage").on(t.stage, t.id),
    index("dead_letters_reason").on(t.reason, t.id),
    index("dead_letters_open").on(t.id).where(sql`${t.replayedAt} is null`),
  ],
);

/**
 * What retention deleted, so that the audit still accounts for every post: `what` is post, event or
 * delivery.
 */
export const archived = pgTable(
  "archived",
  {
    what: text("what").notNull(),
    outcome: text("outcome").notNull(),
    reason: text("reason").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ name: "archived_pk", columns: [t.what, t.outcome, t.reason] })],
);

/**
 * How many rows there are of each kind: posts by outcome (and what was dropped by reason), events,
 * signals by state, deliveries by status, open dead letters, and posts accepted by minute. Triggers
 * keep them, in the transaction that changes the rows: a statement appends to tally_changes, which
 * nobody waits for, and now and then one adds those up here. A number is the sum of both.
 */
export const tallies = pgTable(
  "tallies",
  {
    what: text("what").notNull(),
    outcome: text("outcome").notNull(),
    reason: text("reason").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ name: "tallies_pk", columns: [t.what, t.outcome, t.reason] })],
);

export const tallyChanges = pgTable("tally_changes", {
  id: id(),
  what: text("what").notNull(),
  outcome: text("outcome").notNull(),
  reason: text("reason").notNull(),
  count: bigint("count", { mode: "number" }).notNull(),
});

/** One row: until when the rows were audited as they changed, and what was found by then. */
export const auditBooks = pgTable(
  "audit_books",
  {
    id: integer("id").primaryKey(),
    coveredUntil: at("covered_until").notNull(),
    posts: bigint("posts", { mode: "number" }).notNull(),
    events: bigint("events", { mode: "number" }).notNull(),
    contradictions: bigint("contradictions", { mode: "number" }).notNull(),
    miscounted: bigint("miscounted", { mode: "number" }).notNull(),
  },
  (t) => [check("audit_books_one", sql`${t.id} = 1`)],
);

/**
 * How many posts of a source were accepted within an hour, and how many of those retention deleted:
 * what is left must be in raw_posts.
 */
export const acceptedPosts = pgTable(
  "accepted_posts",
  {
    source: text("source").notNull(),
    hour: at("hour").notNull(),
    accepted: bigint("accepted", { mode: "number" }).notNull(),
    archived: bigint("archived", { mode: "number" }).notNull().default(0),
  },
  (t) => [
    primaryKey({ name: "accepted_posts_pk", columns: [t.source, t.hour] }),
    index("accepted_posts_hour").on(t.hour),
  ],
);

/**
 * Rows that are written to the archive's bucket before they are deleted, a batch each. An open one
 * names the ids of its rows, so that whoever goes on with it writes the same files.
 */
export const archiveBatches = pgTable(
  "archive_batches",
  {
    id: id(),
    what: text("what").notNull(),
    /** The UTC day of its rows: 2026-11-30. */
    day: text("day").notNull(),
    /** Of its files, before `-1.parquet`. */
    name: text("name").notNull(),
    ids: bigint("ids", { mode: "number" }).array().notNull(),
    files: integer("files").notNull().default(0),
    rows: bigint("rows", { mode: "number" }).notNull().default(0),
    bytes: bigint("bytes", { mode: "number" }).notNull().default(0),
    plannedAt: at("planned_at").notNull(),
    endedAt: at("ended_at"),
  },
  (t) => [
    uniqueIndex("archive_batches_open").on(t.what).where(sql`${t.endedAt} is null`),
    index("archive_batches_day").on(t.day, t.id),
  ],
);

export const channels = pgTable(
  "channels",
  {
    id: id(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    settings: jsonb("settings").notNull(),
    filter: jsonb("filter").notNull(),
    status: text("status").notNull().default("active"),
    statusReason: text("status_reason"),
    failingSince: at("failing_since"),
    failures: integer("failures").notNull().default(0),
    refusals: integer("refusals").notNull().default(0),
    atMostOnce: boolean("at_most_once").notNull().default(false),
    createdAt: at("created_at").notNull(),
    removedAt: at("removed_at"),
    tenant: tenant(),
  },
  (t) => [
    uniqueIndex("channels_tenant_name").on(t.tenant, t.name).where(sql`${t.removedAt} is null`),
    check("channels_status", sql`${t.status} in ('active', 'paused', 'disabled')`),
  ],
);

export const onchainFeatures = pgTable(
  "onchain_features",
  {
    chain: text("chain").notNull(),
    tokenCa: text("token_ca").notNull(),
    window: text("window").notNull(),
    asOf: at("as_of").notNull(),
    values: jsonb("values").notNull(),
    confidence: doublePrecision("confidence"),
  },
  (t) => [
    primaryKey({ name: "onchain_features_pk", columns: [t.chain, t.tokenCa, t.window, t.asOf] }),
  ],
);

export const rulesVersions = pgTable("rules_versions", {
  sha: text("sha").primaryKey(),
  document: text("document").notNull(),
  author: text("author").notNull(),
  createdAt: at("created_at").notNull(),
  activatedAt: at("activated_at").notNull(),
});

export const sourceCursors = pgTable("source_cursors", {
  source: text("source").primaryKey(),
  cursor: text("cursor"),
  polledAt: at("polled_at").notNull(),
  /** When the cursor last changed: a source that is polled and brings nothing shows by it. */
  movedAt: at("moved_at"),
});

export const apiKeys = pgTable("api_keys", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  hash: text("hash").notNull(),
  scopes: text("scopes").array().notNull(),
  sources: text("sources").array(),
  limitPerMinute: integer("limit_per_minute"),
  createdAt: at("created_at").notNull(),
  expiresAt: at("expires_at"),
  revokedAt: at("revoked_at"),
  lastUsedAt: at("last_used_at"),
  tenant: tenant(),
});

/** What operators changed: written in the statement that makes the change. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: id(),
    at: at("at").notNull(),
    keyId: text("key_id").notNull(),
    keyName: text("key_name"),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    before: jsonb("before"),
    after: jsonb("after"),
    requestId: text("request_id").notNull(),
    tenant: tenant(),
  },
  (t) => [
    index("audit_log_subject").on(t.subject, t.id),
    index("audit_log_action").on(t.tenant, t.action, t.id),
    index("audit_log_tenant").on(t.tenant, t.id).where(sql`${t.tenant} <> 'default'`),
  ],
);

/** Replies under an Idempotency-Key, for a day. Bodies are sealed with the caller's key. */
export const idempotentReplies = pgTable(
  "idempotent_replies",
  {
    key: text("key").primaryKey(),
    request: text("request").notNull(),
    claimedUntil: at("claimed_until").notNull(),
    createdAt: at("created_at").notNull(),
    reply: jsonb("reply"),
    tenant: tenant(),
  },
  (t) => [index("idempotent_replies_created_at").on(t.createdAt)],
);
