import type { ChannelConfig } from "../../model/channel-config.ts";
import type { DeadLetter } from "../../model/dead-letter.ts";
import type { DeliveryStatus, OutboxDraft } from "../../model/delivery.ts";
import type { Mention } from "../../model/mention.ts";
import type { OnchainFeatures } from "../../model/onchain-features.ts";
import type { RawPost } from "../../model/raw-post.ts";
import type { Signal } from "../../model/signal.ts";
import type { TokenEvent } from "../../model/token-event.ts";
import type { ApiKey, RulesVersion } from "../admin.ts";
import type { DeliveryAttempt, SourceCursor } from "../index.ts";
import { type PostTimeline, postTimeline } from "./timeline.ts";

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
};

export type EventRecord = {
  id: number;
  rev: number;
  /** When it was last committed. */
  touchedAt: string;
  event: TokenEvent;
  signal: Signal;
  evidence: Map<string, { mention: Mention; committedAt: string }>;
  outbox: OutboxRecord[];
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
  reopenedAt: string | null;
  attempts: DeliveryAttempt[];
};

export type MemoryDeadLetter = DeadLetter & {
  id: number;
  key: string;
  createdAt: string;
  replayedAt: string | null;
  replays: number;
};

/** What the tables hold. */
export type MemoryRows = {
  posts: Map<string, PostRow>;
  open: PostTimeline<PostRow>;
  /** Posts without a verdict, by source. */
  unjudged: Map<string, PostTimeline<PostRow>>;
  /** Posts of one author with one text, in the order of acceptance. */
  repeats: Map<string, PostRow[]>;
  events: Map<string, EventRecord>;
  /** Row n is at n - 1; deleted ones leave a hole. */
  outbox: OutboxRecord[];
  waiting: PostTimeline<OutboxRecord>;
  waitingFor: Map<number, PostTimeline<OutboxRecord>>;
  idemKeys: Set<string>;
  deadLetters: Map<string, MemoryDeadLetter>;
  channels: Map<number, ChannelConfig & { removedAt: string | null }>;
  cursors: Map<string, SourceCursor>;
  keys: Map<string, ApiKey>;
  rules: Map<string, RulesVersion & { document: string }>;
  features: OnchainFeatures[];
  /** What retention deleted: JSON of what, outcome and reason -> count. */
  archived: Map<string, number>;
  /** How many rows were ever made: the next id, also after some were deleted. */
  made: { posts: number; events: number; deadLetters: number };
};

export const emptyRows = (): MemoryRows => ({
  posts: new Map(),
  open: postTimeline((row) => (row.endedAt === null ? waitsSince(row) : undefined)),
  unjudged: new Map(),
  repeats: new Map(),
  events: new Map(),
  outbox: [],
  waiting: byWait(),
  waitingFor: new Map(),
  idemKeys: new Set(),
  deadLetters: new Map(),
  channels: new Map(),
  cursors: new Map(),
  keys: new Map(),
  rules: new Map(),
  features: [],
  archived: new Map(),
  made: { posts: 0, events: 0, deadLetters: 0 },
});

const waitsSince = ({ requeuedAt, acceptedAt }: PostRow): string => requeuedAt ?? acceptedAt;

/** Call it whenever an open post waits anew. */
export function schedulePost(rows: MemoryRows, row: PostRow): void {
  rows.open.add(row);
  const { source } = row.post;
  const ofSource =
    rows.unjudged.get(source) ??
    postTimeline((each) =>
      each.endedAt === null && each.judgedAt === null ? waitsSince(each) : undefined,
    );
  rows.unjudged.set(source, ofSource);
  ofSource.add(row);
}

/** The counts of what was deleted, by outcome and reason. */
export const archivedOf = (
  rows: MemoryRows,
  what: "post" | "event" | "delivery",
): { outcome: string; reason: string; count: number }[] =>
  [...rows.archived].flatMap(([key, count]) => {
    const [kind, outcome, reason] = JSON.parse(key) as [string, string, string];
    return kind === what ? [{ outcome, reason, count }] : [];
  });

const byWait = () => postTimeline<OutboxRecord>((row) => (isOpen(row) ? waitsFor(row) : undefined));

/** Call it whenever a row's status, due time or lease has changed. */
export function scheduleRow(rows: MemoryRows, row: OutboxRecord): void {
  const ofChannel = rows.waitingFor.get(row.draft.channelId) ?? byWait();
  rows.waitingFor.set(row.draft.channelId, ofChannel);
  ofChannel.add(row);
  rows.waiting.add(row);
}

export const isOpen = (row: OutboxRecord): boolean =>
  row.status === "pending" || row.status === "failed";

export const waitsFor = (row: OutboxRecord): string =>
  row.leasedUntil !== null && row.leasedUntil > row.nextRetryAt ? row.leasedUntil : row.nextRetryAt;
