import type { ArchivedKind, ArchiveWritten } from "./archive.ts";
import type { OldRows, RetentionResult } from "./retention.ts";

/** The live figures of the page and of /metrics gauges, in one query. */
export type StoreOverview = {
  /** `reason` of what was dropped; null of the rest. */
  posts: { outcome: string; reason: string | null; count: number }[];
  events: number;
  signals: { state: string; count: number }[];
  outbox: { status: string; count: number }[];
  deadLetters: number;
  /** What the archive was given, by kind; empty where there never was one. */
  archive: ({ what: ArchivedKind } & ArchiveWritten)[];
  postsPerMinute: { minute: string; count: number }[];
};

/**
 * When the outbox next falls due, whether a post has waited for its outcome for too long, and of
 * which kinds `deleteExpired` would delete something.
 */
export type WaitingWork = { nextDue: string | null; overdue: boolean; old: RetentionResult[] };

/** What holds up posts that were accepted long ago. */
export type StalledPosts = {
  sources: { source: string; count: number; stuck: number }[];
  events: { eventKey: string; count: number }[];
};

/** What waits, for the alerts: times are ISO 8601, null while nothing waits. */
export type PipelineBacklog = {
  /** When the post was accepted that waits the longest for its outcome. */
  oldestPost: string | null;
  /** Deliveries that are not finished; at most MOST_COUNTED are counted. */
  outbox: number;
  /** Since when the oldest of them could have been sent. */
  oldestDelivery: string | null;
  deadLetters: number;
};

export const MOST_COUNTED = 10_000;

export type OverviewStore = {
  /** By partial indexes alone: an alert asks each minute. */
  backlog(): Promise<PipelineBacklog>;
  overview(now: string): Promise<StoreOverview>;
  /**
   * What holds up the posts that were accepted long ago, the most first, five of each at most.
   * `stuck`: accepted before `stuckBefore`; a source's `count`: without a verdict and accepted
   * before `waitedBefore`. An event is named by posts that are stuck and were judged.
   */
  stalled(stuckBefore: string, waitedBefore: string): Promise<StalledPosts>;
  /**
   * For the hourly reconciliation: all that waits, in one statement, also what no schedule knows
   * of. Posts without an outcome since before `since`, and what ended before its time in `old`.
   */
  waiting(since: string, old: readonly OldRows[]): Promise<WaitingWork>;
};
