import type { ChannelConfig } from "../model/channel-config.ts";
import type { DeadLetter } from "../model/dead-letter.ts";
import type { Delivery, OutboxDraft } from "../model/delivery.ts";
import type { Mention } from "../model/mention.ts";
import type { RawPost } from "../model/raw-post.ts";
import type { Signal } from "../model/signal.ts";
import type { TokenEvent } from "../model/token-event.ts";
import type { AdminStore } from "./admin.ts";
import type { ReadStore } from "./read.ts";

/**
 * The store in business transactions. Each call is one round trip that commits whole or not at all,
 * and each may be repeated after a lost reply without changing the result. Every call may throw
 * StoreUnavailable; nothing else is thrown for a passing fault.
 */
export class StoreUnavailable extends Error {
  override name = "StoreUnavailable";
}

export type PostRef = { source: string; id: string };

/**
 * How one post left the filter, refine and dedup stages. `pending` means: `mentions` (>= 1)
 * messages follow, and their commits end it.
 */
export type Judgement = PostRef & {
  lang: string | null;
  spam: number | null;
  sentiment: number | null;
  fingerprint: string | null;
} & (
    | { outcome: "dropped"; reason: string; evidence: string }
    | { outcome: "pending"; eventKeys: string[] }
  );

/** A post on its way in. `textHash` is equal for equal normalised texts. */
export type PostArrival = { post: RawPost; textHash: string };

/**
 * An author who posts the same text again within this time repeats himself: the later arrival is a
 * duplicate.
 */
export const REPEAT_WINDOW_DAYS = 14;

/**
 * So many posts of one source that wait too long for a verdict are load; fewer are posts with a
 * trouble of their own.
 */
export const OVERLOAD_POSTS = 1_000;

export type PostStore = {
  /**
   * Writes raw_posts in one statement; a post already there is left as it is. Answers the refs that
   * were new. While OVERLOAD_POSTS or more posts of a source have waited for a verdict since before
   * `waitedSince` it takes none of that source and names it in `overloaded`. Posts that were judged
   * and wait for their event do not count: an event that fails closes the door to nobody.
   */
  accept(
    arrivals: PostArrival[],
    at: string,
    waitedSince?: string,
  ): Promise<{ fresh: PostRef[]; overloaded?: string[] }>;
  /**
   * Fills in outcomes. An outcome that is already final ("evidence", "dropped", "duplicate",
   * "dead") is never changed.
   *
   * A "pending" judgement becomes the final outcome "duplicate" (reason "repeat of {source}:{id}")
   * when an earlier accepted post (a lower acceptance number, raw_posts.id) has the same author and
   * textHash, was posted within REPEAT_WINDOW_DAYS of it, and was not dropped. The order of
   * acceptance decides and not the order of the queue, so that reordering and repeats change
   * nothing. Answers the refs that are duplicates, now or already; the caller sends no mentions for
   * them, and none for `settled`: posts whose outcome was final before (a redelivered message).
   */
  judge(
    judgements: Judgement[],
    at: string,
  ): Promise<{ duplicates: PostRef[]; settled: PostRef[] }>;
  /**
   * Posts accepted before `before` and still without a final outcome, oldest first: their messages
   * were lost. Marks them re-queued at `at` so that the next sweep passes over them until it is
   * `before` again.
   */
  overdue(before: string, at: string, limit: number): Promise<RawPost[]>;
};

/** One piece of evidence: the mention, and what the event needs of it to be rebuilt. */
export type EventEvidence = Mention;

/** What the database holds of one event_key. `rev` grows by one with every commit. */
export type EventState = {
  rev: number;
  event: TokenEvent;
  evidence: EventEvidence[];
  signal: Signal;
};

/**
 * Commits only when the event's stored rev is still `expectedRev` (0 = no event yet); the caller
 * reloads and decides again when not.
 */
export type Change = {
  expectedRev: number;
  event: TokenEvent;
  /** Evidence that `before` did not hold. Already present rows are left alone. */
  evidence: EventEvidence[];
  signal: Signal;
  outbox: OutboxDraft[];
  at: string;
};

export type CommitResult =
  | {
      kind: "committed";
      rev: number;
      /**
       * Outbox ids of this event_key that wait to be sent and are due, also those of an earlier
       * commit whose reply was lost.
       */
      due: { id: number; channelId: number }[];
    }
  | { kind: "stale" };

export type EventStore = {
  load(eventKey: string): Promise<EventState | undefined>;
  /**
   * event + evidence + signal + outbox + the posts' outcome, in one statement. Evidence that
   * changed nothing still ends its posts.
   */
  commit(change: Change): Promise<CommitResult>;
};

export type DeliveryClaim =
  | { kind: "claimed"; delivery: Delivery }
  | { kind: "taken"; until: string }
  | { kind: "notDue"; at: string }
  /**
   * An older row of the same channel and event is still open. The claim moved this row's
   * next_retry_at to `until` in the same statement: the older row's own next attempt, or now + 2 s
   * when that is due or under way.
   */
  | { kind: "behind"; until: string }
  | { kind: "closed" };

export type DeliveryAttempt = {
  deliveryId: number;
  leaseToken: string;
  at: string;
  /** Verdict kind of this attempt. */
  result: string;
  httpStatus: number | null;
  ms: number;
  error: string | null;
  /** The send may have happened though its answer was lost. */
  ambiguous: boolean;
};
export type DeliveryClosing =
  | { kind: "done"; externalId: string | null }
  /** `unsure`: this send or one before it may have arrived, so the row keeps its digestKey. */
  | { kind: "failed"; nextRetryAt: string; unsure?: boolean }
  | { kind: "dlq"; deadLetter: DeadLetter }
  /**
   * Nothing was sent (paused, paced): give the lease back and wait, without counting an attempt.
   */
  | { kind: "released"; nextRetryAt: string };

export type DueDelivery = { id: number; channelId: number; eventKey: string };
/** `since`: when it fell due, or its last lease ended. */
export type OverdueDelivery = DueDelivery & { since: string };

export type OutboxStore = {
  /**
   * Leases the row when it is due, not closed and not under a live lease. The token is the
   * caller's; every later call must bring it.
   */
  claim(id: number, leaseToken: string, now: string, leaseMs: number): Promise<DeliveryClaim>;
  /**
   * Renews a lease just before the send, and marks the row as being sent until its close
   * (Delivery.interrupted), in a digest with its key (Delivery.digestKey). False: another holder
   * has it; do not send.
   */
  renew(
    id: number,
    leaseToken: string,
    now: string,
    leaseMs: number,
    digestKey?: string | null,
  ): Promise<boolean>;
  /**
   * Writes the attempt (a row of `deliveries`, when given) and the row's new status, and the dead
   * dead letter, fenced by the lease token. False: the lease was lost, nothing written.
   */
  close(
    id: number,
    leaseToken: string,
    closing: DeliveryClosing,
    attempt: DeliveryAttempt | null,
    now: string,
  ): Promise<boolean>;
  /** The open rows of a channel that carry the key of a digest, in the order of their ids. */
  digestRows(channelId: number, digestKey: string): Promise<number[]>;
  /**
   * Rows due at `now` and under no live lease, the longest waiting first, at most `limit` of each
   * channel; of one channel when `channelId` is given.
   */
  due(now: string, limit: number, channelId?: number): Promise<OverdueDelivery[]>;
  /** Earliest time at which any open row falls due or its lease ends; null when none is open. */
  nextDue(): Promise<string | null>;
};

export type ChannelStore = {
  channels(): Promise<ChannelConfig[]>;
  setChannelStatus(
    id: number,
    status: ChannelConfig["status"],
    reason: string | null,
  ): Promise<void>;
};

export type DeadLetterStore = {
  /**
   * Stores dead letters and ends the posts they name as "dead". `key` (queue + message id) makes a
   * repeat harmless.
   */
  bury(deadLetters: (DeadLetter & { key: string })[], at: string): Promise<void>;
};

/** `movedAt`: when the cursor last changed. */
export type SourceCursor = {
  cursor: string | null;
  polledAt: string | null;
  movedAt: string | null;
};

export type CursorStore = {
  cursor(source: string): Promise<SourceCursor | undefined>;
  /**
   * Moves only when the stored cursor is still `from`: an overlapping tick does not move it back.
   */
  advanceCursor(
    source: string,
    from: string | null,
    to: string | null,
    at: string,
  ): Promise<boolean>;
};

/** What may be deleted once it is old, in the order in which it is safe to. */
export const RETAINED = ["deadLetters", "posts", "events", "deliveries", "features"] as const;
export type RetentionResult = (typeof RETAINED)[number];

export type RetentionStore = {
  /**
   * Deletes up to `limit` rows that ended before `before`, the oldest first, and answers how many;
   * nothing that is open, waits to be delivered or may still be replayed. Posts, events and
   * deliveries stay in the audit's and the overview's counts.
   *
   * `posts`: those that came to nothing. `events`: with their evidence, signal, and the posts that
   * are evidence of nothing else.
   */
  forget(what: RetentionResult, before: string, limit: number): Promise<number>;
};

/**
 * When the outbox next falls due, whether a post has waited for its outcome for too long, whether
 * there is something that `forget` would delete.
 */
export type WaitingPost = { nextDue: string | null; overdue: boolean; old: boolean };

export type NetStore = {
  /**
   * All that waits, in one statement, whatever was forgotten: posts without an outcome since before
   * `since`, and what of one kind ended before `old.before`.
   */
  waiting(
    since: string,
    old: { what: RetentionResult; before: string } | null,
  ): Promise<WaitingPost>;
};

/**
 * The promise, counted: accepted = evidence + dropped + duplicate + dead + open, and open falls to
 * 0 when the queues are empty. Counts hold what retention deleted.
 */
export type AuditReport = {
  accepted: number;
  evidence: number;
  dropped: number;
  duplicate: number;
  dead: number;
  /** Accepted and not ended yet. */
  open: number;
  droppedBy: { reason: string; count: number }[];
  /**
   * Posts said to be evidence that no event holds, or evidence of posts that say otherwise: always
   * 0 when the promise holds.
   */
  contradictions: number;
  /** Events whose counts differ from their evidence rows: always 0. */
  miscounted: number;
  outbox: { pending: number; failed: number; done: number; dlq: number };
  deadLetters: number;
  /** Of the latest deliveries. */
  latencyMs: { p50: number | null; p95: number | null; count: number };
  /**
   * By channel, of the latest notifications: from commit, or the end of what held them back, to the
   * first attempt; those reopened are not counted.
   */
  commitToSendMs: { channel: string; p50: number | null; p95: number | null; count: number }[];
  /** Of the latest 10,000 posts: from the first accepted to the last ended. */
  postsPerSecond: number | null;
};

/**
 * What only reads is in src/store/read.ts; what operators and the API do beside the flow in
 * src/store/admin.ts.
 */
export type { AdminStore, ReadStore };

/** The whole port, as src/store/memory/ and src/store/postgres/ give it. */
export type Store = PostStore &
  EventStore &
  OutboxStore &
  ChannelStore &
  DeadLetterStore &
  CursorStore &
  RetentionStore &
  NetStore &
  ReadStore &
  AdminStore;
