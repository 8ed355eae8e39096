import { type TimeHeap, timeHeap } from "../../kit/time-heap.ts";
import type { ChannelConfig } from "../../model/channel-config.ts";
import type { DeadLetter } from "../../model/dead-letter.ts";
import type { DeliveryStatus, OutboxDraft } from "../../model/delivery.ts";
import type { Mention } from "../../model/mention.ts";
import type { OnchainFeatures } from "../../model/onchain-features.ts";
import type { RawPost } from "../../model/raw-post.ts";
import type { Signal } from "../../model/signal.ts";
import { DEFAULT_TENANT, type TenantQuota } from "../../model/tenant.ts";
import type { TokenEvent } from "../../model/token-event.ts";
import type { ApiKey } from "../api-keys.ts";
import type { ArchiveListed } from "../archive.ts";
import type { AuditBooks } from "../audit.ts";
import type { AuditLogRow } from "../audit-log.ts";
import type { SourceCursor } from "../cursors.ts";
import type { DeliveryAttempt } from "../deliveries.ts";
import type { CommitTimings } from "../events.ts";
import type { SignalChange } from "../history.ts";
import { markOf, type PageMark, type PageRequest, pageOf, type RowPage } from "../paging.ts";
import type { KeptReply } from "../replies.ts";
import type { RulesVersion } from "../rules-versions.ts";

export type PostRow = {
  /** Acceptance number: who came first. */
  id: number;
  post: RawPost;
  textHash: string;
  acceptedAt: string;
  lang: string | null;
  spam: number | null;
  sentiment: number | null;
  fingerprint: string | null;
  outcome: "pending" | "evidence" | "dropped" | "duplicate" | "dead" | null;
  reason: string | null;
  detail: string | null;
  eventKeys: string[] | null;
  doneKeys: string[];
  judgedAt: string | null;
  endedAt: string | null;
  requeuedAt: string | null;
  filterMs: number | null;
  refineMs: number | null;
  acceptedWith: number;
  judgedWith: number | null;
};

export type EventRecord = {
  id: number;
  rev: number;
  /** When it was last committed. */
  touchedAt: string;
  event: TokenEvent;
  signal: Signal;
  evidence: Map<string, HeldEvidence>;
  outbox: OutboxRecord[];
  /** Rows of the outbox that are about it, for the audit. */
  deliveryCount: number;
};

export type HeldEvidence = {
  mention: Mention;
  committedAt: string;
  rev: number;
  timings: CommitTimings | undefined;
};

export type OutboxRecord = {
  id: number;
  draft: OutboxDraft;
  status: DeliveryStatus;
  retryCount: number;
  nextRetryAt: string;
  createdAt: string;
  leaseToken: string | null;
  leasedUntil: string | null;
  /** The lease under which a send began that was not closed. */
  sendingToken: string | null;
  digestKey: string | null;
  finishedAt: string | null;
  externalId: string | null;
  externalChat: string | null;
  externalShared: boolean;
  reopenedAt: string | null;
  attempts: DeliveryAttempt[];
  /** How many attempts there are, for the audit. */
  attemptCount: number;
  /** Whether it is among what its tenant has used of its quota. */
  counted?: true;
};

export type MemoryDeadLetter = DeadLetter & {
  id: number;
  tenant: string;
  key: string;
  createdAt: string;
  replayedAt: string | null;
  replays: number;
};

export type MemoryChannel = ChannelConfig & {
  removedAt: string | null;
  failures: number;
  refusals: number;
};

export type MemoryTenant = {
  createdAt: string;
  removedAt: string | null;
  quota: TenantQuota;
  used: { day: string; posts: number; notifications: number };
};

/** `ids`: of its rows while it is open. */
export type MemoryArchiveBatch = Omit<ArchiveListed, "endedAt"> & {
  ids: number[];
  endedAt: string | null;
};

/** Whether a row belongs to the tenant whose rows are asked for; null: to any. */
export const isOwn = (own: string | null, tenant: string | undefined): boolean =>
  own === null || own === (tenant ?? DEFAULT_TENANT);

/** What the tables hold. */
export type MemoryRows = {
  posts: Map<string, PostRow>;
  open: TimeHeap<PostRow>;
  /** Posts without a verdict, by source. */
  unjudged: Map<string, TimeHeap<PostRow>>;
  /** Posts of one author with one text, in the order of acceptance. */
  repeats: Map<string, PostRow[]>;
  events: Map<string, EventRecord>;
  /** Of symbol and chain the event has the latest. */
  history: { id: number; change: Omit<SignalChange, "symbol" | "chain"> }[];
  /** Row n is at n - 1; deleted ones leave a hole. */
  outbox: OutboxRecord[];
  /** By the subject of the payload. */
  /** By subjectKeys. */
  bySubject: Map<string, OutboxRecord[]>;
  waiting: TimeHeap<OutboxRecord>;
  waitingFor: Map<number, TimeHeap<OutboxRecord>>;
  idemKeys: Set<string>;
  deadLetters: Map<string, MemoryDeadLetter>;
  channels: Map<number, MemoryChannel>;
  cursors: Map<string, SourceCursor>;
  keys: Map<string, ApiKey>;
  /** By name, without "default". */
  tenants: Map<string, MemoryTenant>;
  /** When a key was last used, by its id. */
  keyUse: Map<string, string>;
  rules: Map<string, RulesVersion & { document: string }>;
  features: OnchainFeatures[];
  auditLog: (AuditLogRow & { tenant: string })[];
  /** Times in milliseconds. */
  replies: Map<
    string,
    { request: string; reply: KeptReply | null; claimedUntil: number; createdAt: number }
  >;
  /** What retention deleted: JSON of what, outcome and reason -> count. */
  archived: Map<string, number>;
  auditBooks: AuditBooks | null;
  /** Batch n is at n - 1. */
  archiveBatches: MemoryArchiveBatch[];
  /** Accepted posts and how many of them retention deleted: JSON of source and hour -> counts. */
  acceptedPosts: Map<string, { accepted: number; archived: number }>;
  /** How many rows were ever made: the next id, also after some were deleted. */
  made: { posts: number; events: number; history: number; deadLetters: number };
};

export const emptyRows = (): MemoryRows => ({
  posts: new Map(),
  open: timeHeap((row) => (row.endedAt === null ? waitsSince(row) : undefined)),
  unjudged: new Map(),
  repeats: new Map(),
  events: new Map(),
  history: [],
  outbox: [],
  bySubject: new Map(),
  waiting: byWait(),
  waitingFor: new Map(),
  idemKeys: new Set(),
  deadLetters: new Map(),
  channels: new Map(),
  cursors: new Map(),
  keys: new Map(),
  tenants: new Map(),
  keyUse: new Map(),
  rules: new Map(),
  features: [],
  auditLog: [],
  replies: new Map(),
  archived: new Map(),
  archiveBatches: [],
  auditBooks: null,
  acceptedPosts: new Map(),
  made: { posts: 0, events: 0, history: 0, deadLetters: 0 },
});

const waitsSince = ({ requeuedAt, acceptedAt }: PostRow): string => requeuedAt ?? acceptedAt;

/** Call it whenever an open post waits anew. */
export function schedulePost(rows: MemoryRows, row: PostRow): void {
  rows.open.add(row);
  const { source } = row.post;
  const ofSource =
    rows.unjudged.get(source) ??
    timeHeap((each) =>
      each.endedAt === null && each.judgedAt === null ? waitsSince(each) : undefined,
    );
  rows.unjudged.set(source, ofSource);
  ofSource.add(row);
}

const byWait = () => timeHeap<OutboxRecord>((row) => (isOpen(row) ? waitsFor(row) : undefined));

/** Call it whenever a row's status, due time or lease has changed. */
export function scheduleRow(rows: MemoryRows, row: OutboxRecord): void {
  const ofChannel = rows.waitingFor.get(row.draft.channelId) ?? byWait();
  rows.waitingFor.set(row.draft.channelId, ofChannel);
  ofChannel.add(row);
  rows.waiting.add(row);
}

/** `held`: its event, where there is one. A key that is there already stays as it is. */
export function addRow(
  rows: MemoryRows,
  draft: OutboxDraft,
  at: string,
  held: EventRecord | undefined = rows.events.get(draft.eventKey),
): void {
  if (rows.idemKeys.has(draft.idemKey)) return;
  const row: OutboxRecord = {
    id: rows.outbox.length + 1,
    draft,
    status: "pending",
    retryCount: 0,
    nextRetryAt: draft.notBefore ?? at,
    createdAt: at,
    leaseToken: null,
    leasedUntil: null,
    sendingToken: null,
    digestKey: null,
    finishedAt: null,
    externalId: null,
    externalChat: null,
    externalShared: false,
    reopenedAt: null,
    attempts: [],
    attemptCount: 0,
  };
  rows.idemKeys.add(draft.idemKey);
  rows.outbox.push(row);
  scheduleRow(rows, row);
  held?.outbox.push(row);
  if (held) held.deliveryCount += 1;
  for (const key of subjectKeys(draft))
    rows.bySubject.set(key, [...(rows.bySubject.get(key) ?? []), row]);
}

/** What rows about one token share: their subject, and their symbol and window. */
export const subjectKeys = ({ eventKey, payload }: OutboxDraft): string[] =>
  payload.subject === undefined ? [] : [payload.subject, symbolKey(eventKey, payload.symbol)];

export const symbolKey = (eventKey: string, symbol: string | null): string =>
  `symbol ${symbol}:${eventKey.slice(-20)}`;

export const isOpen = (row: OutboxRecord): boolean =>
  row.status === "pending" || row.status === "failed";

export const waitsFor = (row: OutboxRecord): string =>
  row.leasedUntil !== null && row.leasedUntil > row.nextRetryAt ? row.leasedUntil : row.nextRetryAt;

/**
 * Gives a row that failed or was given up another start: due now, its age counted from now, its key
 * and attempts kept.
 */
export function reopenRow(rows: MemoryRows, row: OutboxRecord, now: string): void {
  const idle = { leasedUntil: null, sendingToken: null, finishedAt: null };
  Object.assign(row, {
    status: "pending",
    retryCount: 0,
    nextRetryAt: now,
    reopenedAt: now,
    ...idle,
  });
  scheduleRow(rows, row);
}

export function putDeadLetter(
  rows: MemoryRows,
  deadLetter: DeadLetter & { key: string },
  at: string,
  tenant = DEFAULT_TENANT,
): void {
  const fresh = rows.deadLetters.get(deadLetter.key) ?? {
    id: ++rows.made.deadLetters,
    replays: 0,
  };
  rows.deadLetters.set(deadLetter.key, {
    ...deadLetter,
    tenant,
    id: fresh.id,
    replays: fresh.replays,
    createdAt: at,
    replayedAt: null,
  });
}

/** The events of these keys that are there, each once. */
export const eventsNamed = (rows: MemoryRows, eventKeys: readonly string[]): EventRecord[] =>
  [...new Set(eventKeys)].flatMap((eventKey) => rows.events.get(eventKey) ?? []);

/** Below zero when the first comes first; ids settle equal times. */
export const order = (
  at: string | null,
  id: number,
  otherAt: string | null,
  otherId: number,
): number => ((at ?? "") < (otherAt ?? "") ? -1 : (at ?? "") > (otherAt ?? "") ? 1 : id - otherId);

export function newestFirst<Row, Item>(
  found: Row[],
  { limit, cursor }: PageRequest,
  mark: (row: Row) => PageMark,
  item: (row: Row) => Item,
): RowPage<Item> {
  const marked = found.map((row) => ({ row, ...mark(row) }));
  const from = markOf(cursor, marked[0]?.at !== null);
  const sorted = marked
    .filter(({ at, id }) => from === null || order(at, id, from.at, from.id) < 0)
    .sort((a, b) => order(b.at, b.id, a.at, a.id))
    .slice(0, limit + 1);
  return pageOf(
    sorted,
    limit,
    ({ row }) => item(row),
    ({ at, id }) => ({ at, id }),
  );
}

/** Closes a row as done although nothing was sent, with an attempt that says why. */
export function closeUnsent(
  rows: MemoryRows,
  row: OutboxRecord,
  result: string,
  why: string,
  at: string,
): void {
  Object.assign(row, { status: "done", finishedAt: at, leasedUntil: null });
  Object.assign(row, { sendingToken: null, digestKey: null });
  const { id: deliveryId } = row;
  const sent = { httpStatus: null, ms: 0, error: why, ambiguous: false };
  row.attempts.push({ deliveryId, leaseToken: result, at, result, ...sent });
  row.attemptCount += 1;
  scheduleRow(rows, row);
}
