import type { SignalNotification } from "../model/delivery.ts";
import type { Signal } from "../model/signal.ts";
import type { TokenEvent } from "../model/token-event.ts";
import type { EventEvidence } from "./events.ts";
import type { PageRequest, RowPage } from "./paging.ts";

/** The rows that an audit compared: those that changed from `since` on and before `until`. */
export type AuditCovered = {
  /** Null: from the beginning. */
  since: string | null;
  /** Null: to the latest. Else more changed than one audit compares; the next begins there. */
  until: string | null;
  posts: number;
  events: number;
};

/** What the audits that went on from each other have covered, and what they found. */
export type AuditBooks = {
  until: string;
  posts: number;
  events: number;
  contradictions: number;
  miscounted: number;
};

/** So many posts and events that changed are compared at once. */
export const MOST_AUDITED = { posts: 50_000, events: 20_000 };

/** As long as no more posts were accepted, an audit that is not told where to begin covers all. */
export const AUDITED_WHOLE = 200_000;

/**
 * The promise, counted: accepted = evidence + dropped + duplicate + dead + open, and open falls to
 * 0 when the queues are empty. Counts hold what retention deleted, and cost the same however much
 * there is.
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
  covered: AuditCovered;
  /** What was covered before, when this audit goes on from there. */
  books: AuditBooks | null;
  /**
   * Posts said to be evidence that no event holds, or evidence of posts that say otherwise: always
   * 0 when the promise holds. Of what is covered, and of the books.
   */
  contradictions: number;
  /** Events whose counts differ from their evidence rows: always 0. Counted like the former. */
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

/** One notification of an event: what was counted of it when it was written, and what is there. */
export type AuditedDelivery = {
  id: number;
  channelId: number;
  createdAt: string;
  payload: Pick<SignalNotification, "transition" | "state">;
  /** Attempts by the row's own count. */
  attemptCount: number;
  /** Rows of `deliveries`. */
  attempts: number;
};

/** An event with all that its figures follow from. */
export type AuditedEvent = {
  event: TokenEvent;
  signal: Signal;
  /** Rows of event_evidence. */
  pieces: number;
  /** Null when there are more than MOST_AUDITED_PIECES. */
  evidence: EventEvidence[] | null;
  /** Notifications by the event's own count. */
  deliveryCount: number;
  deliveries: AuditedDelivery[];
};

/** A page reads this many pieces of evidence at most, so that it fits into an answer. */
export const MOST_AUDITED_PIECES = 20_000;

/** The posts of a source in an hour where the ledger of acceptances and the posts differ. */
export type UnaccountedPosts = { source: string; hour: string; accepted: number; found: number };

/** A number of rows that is kept, and how many there are. */
export type TallyDifference = {
  what: string;
  outcome: string;
  reason: string;
  kept: number;
  found: number;
};

export type AuditStore = {
  /**
   * From `since`: null is the beginning. Without it from the end of the books, or from the
   * beginning while there is little.
   */
  audit(since?: string | null): Promise<AuditReport>;
  /**
   * Goes on from the books with what changed before `until`, and writes them. Answers what it
   * found there; `more`: that not all of it was compared yet.
   */
  coverAudit(until: string): Promise<{ found: number; more: boolean }>;
  /** Counts every row, and answers where the numbers that are kept of them differ. */
  recountTallies(): Promise<TallyDifference[]>;
  /**
   * Events that were committed from `since` (null: ever) to `until`, the earliest first. An event
   * that is committed between two pages moves past `until` and belongs to the next audit.
   */
  changedEvents(
    since: string | null,
    until: string,
    paging: PageRequest,
  ): Promise<RowPage<AuditedEvent>>;
  /**
   * Hours from the one of `since` (null: all) whose posts are not those that were accepted then,
   * less those that retention deleted.
   */
  unaccountedPosts(since: string | null): Promise<UnaccountedPosts[]>;
  /** From acceptance to delivery, of the latest deliveries. */
  latency(): Promise<AuditReport["latencyMs"]>;
};
