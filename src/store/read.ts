import type { ChannelConfig } from "../model/channel-config.ts";
import type { SignalState } from "../model/scalars.ts";
import type { Signal } from "../model/signal.ts";
import type { TokenEvent } from "../model/token-event.ts";
import type { AuditReport, EventEvidence } from "./index.ts";

export type RowPage<T> = { items: T[]; nextCursor: string | null };
/**
 * `cursor` is what a page answered as nextCursor; an unreadable one throws RangeError, which the
 * api answers as 400.
 */
export type PageRequest = { limit: number; cursor: string | null };

export type EventFilter = {
  type: string | null;
  chain: string | null;
  symbol: string | null;
  tokenCa: string | null;
  since: string | null;
  until: string | null;
  minScore: number | null;
  state: SignalState | null;
};

/** An event with the headline of its signal, newest last_ts first. */
export type EventRow = TokenEvent & { state: SignalState; score: number; level: string };

/** What became of a post: one step a stage, in order. */
export type PostHistory = {
  source: string;
  id: string;
  author: string;
  text: string;
  postedAt: string;
  acceptedAt: string;
  outcome: string | null;
  reason: string | null;
  lang: string | null;
  spam: number | null;
  sentiment: number | null;
  steps: {
    stage: string;
    outcome: string;
    at: string;
    reason: string | null;
    eventKey: string | null;
  }[];
};

export type OutboxRow = {
  id: number;
  channelId: number;
  channel: string;
  eventKey: string;
  status: string;
  retryCount: number;
  nextRetryAt: string | null;
  createdAt: string;
  finishedAt: string | null;
  idemKey: string;
  payload: unknown;
  attempts: {
    at: string;
    result: string;
    httpStatus: number | null;
    ms: number;
    error: string | null;
  }[];
};

export type DeadLetterRow = {
  id: number;
  stage: string;
  reason: string;
  error: string;
  payload: unknown;
  attempts: number;
  subject: string | null;
  advice: string;
  createdAt: string;
  replayedAt: string | null;
  /** How often it was given another try. */
  replays: number;
};

/** The live figures of the page and of /metrics gauges, in one query. */
export type StoreOverview = {
  /** `reason` of what was dropped; null of the rest. */
  posts: { outcome: string; reason: string | null; count: number }[];
  events: number;
  signals: { state: string; count: number }[];
  outbox: { status: string; count: number }[];
  deadLetters: number;
  postsPerMinute: { minute: string; count: number }[];
};

export type SnapshotRow = {
  eventKey: string;
  rulesVersion: string;
  signal: Signal;
  event: TokenEvent;
};

export type StalledPosts = {
  sources: { source: string; count: number; stuck: number }[];
  events: { eventKey: string; count: number }[];
};

export type ReadStore = {
  events(filter: EventFilter, paging: PageRequest): Promise<RowPage<EventRow>>;
  signals(filter: EventFilter, paging: PageRequest): Promise<RowPage<Signal>>;
  event(
    eventKey: string,
  ): Promise<{ event: TokenEvent; signal: Signal; evidence: EventEvidence[] } | undefined>;
  signal(eventKey: string): Promise<Signal | undefined>;
  post(source: string, id: string): Promise<PostHistory | undefined>;
  outbox(
    filter: { status: string | null; channelId: number | null; since: string | null },
    paging: PageRequest,
  ): Promise<RowPage<OutboxRow>>;
  deadLetters(
    filter: {
      stage: string | null;
      reason: string | null;
      since: string | null;
      replayed: boolean | null;
    },
    paging: PageRequest,
  ): Promise<RowPage<DeadLetterRow>>;
  channelList(): Promise<ChannelConfig[]>;
  audit(): Promise<AuditReport>;
  /** From acceptance to delivery, of the latest deliveries. */
  latency(): Promise<AuditReport["latencyMs"]>;
  overview(now: string): Promise<StoreOverview>;
  /**
   * What holds up the posts that were accepted long ago, the most first, five of each at most.
   * `stuck`: accepted before `stuckBefore`; a source's `count`: without a verdict and accepted
   * before `waitedBefore`. An event is named by posts that are stuck and were judged.
   */
  stalled(stuckBefore: string, waitedBefore: string): Promise<StalledPosts>;
  /** Stored signals for a backtest, newest first. */
  snapshots(since: string, limit: number): Promise<SnapshotRow[]>;
  /**
   * The same rows for many events at once, in one statement each; an event that is not known is
   * left out.
   */
  eventsByKey(eventKeys: readonly string[]): Promise<EventRow[]>;
  signalsByKey(eventKeys: readonly string[]): Promise<Signal[]>;
  /** The earliest `limit` pieces of each event, in event time. */
  evidenceByKey(
    eventKeys: readonly string[],
    limit: number,
  ): Promise<{ eventKey: string; evidence: EventEvidence[] }[]>;
  /** The latest `limit` deliveries of each event, the latest first. */
  outboxByKey(eventKeys: readonly string[], limit: number): Promise<OutboxRow[]>;
  /** A cheap round trip. */
  ping(): Promise<void>;
  /** Throws while a migration that this code needs is not applied. */
  migrated(): Promise<void>;
};
