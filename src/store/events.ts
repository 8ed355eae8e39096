import type { OutboxDraft } from "../model/delivery.ts";
import type { FactValue } from "../model/facts.ts";
import type { Mention } from "../model/mention.ts";
import type { SignalState } from "../model/scalars.ts";
import type { Signal, SignalReason } from "../model/signal.ts";
import type { TokenEvent } from "../model/token-event.ts";
import type { OrderedRequest, PageRequest, RowPage } from "./paging.ts";

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
  /** The signal as it is stored at `expectedRev`; null before the first commit. */
  before: Pick<Signal, "state" | "score"> | null;
  /** Evidence that the event did not hold. Already present rows are left alone. */
  evidence: EventEvidence[];
  signal: Signal;
  outbox: OutboxDraft[];
  at: string;
  /** How long what led to it took; kept with the evidence that it brings. */
  timings?: CommitTimings;
};

/**
 * Milliseconds: of all facts together, of each provider with the status of its facts, and of the
 * rules. `posts` shared them.
 */
export type CommitTimings = {
  enrichMs: number;
  enrich: Record<string, [ms: number, status: string]>;
  rulesMs: number;
  posts: number;
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

/** How much evidence an event is answered with at most, unless more is asked for. */
export const LOADED_PIECES = 1_000;

/** Evidence committed after a revision (-1: all of it), by id, after the id `after` ("": any). */
export type EvidencePage = { sinceRev: number; after: string; limit: number };

export type EventStore = {
  /** With at most `pieces` pieces of its evidence (LOADED_PIECES when left out), in event time. */
  load(eventKey: string, pieces?: number): Promise<EventState | undefined>;
  /** A shorter page than `limit` is the last. The order of ids is the database's own. */
  evidence(eventKey: string, page: EvidencePage): Promise<EventEvidence[]>;
  /**
   * event + evidence + signal + outbox + the posts' outcome, in one statement. Evidence that
   * changed nothing still ends its posts. A new score or state adds a row to the history. A draft
   * that downgrades closes the older rows of its event and channel of which no send has begun:
   * `done`, with the attempt "superseded".
   */
  commit(change: Change): Promise<CommitResult>;
  events(filter: EventFilter, paging: PageRequest): Promise<RowPage<EventRow>>;
  signals(filter: EventFilter, paging: SignalRequest): Promise<RowPage<Signal>>;
  /**
   * The rows of the two lists that the API shows, each the JSON text of an EventLine or SignalLine
   * with its names in snake_case: what is only passed on is read by nobody on the way.
   */
  eventLines(filter: EventFilter, paging: PageRequest): Promise<RowPage<string>>;
  signalLines(filter: EventFilter, paging: OrderedRequest): Promise<RowPage<string>>;
  /** With the earliest `pieces` pieces of its evidence (LOADED_PIECES when left out). */
  event(
    eventKey: string,
    pieces?: number,
  ): Promise<{ event: TokenEvent; signal: Signal; evidence: EventEvidence[] } | undefined>;
  /** The evidence of an event in event time, the earliest first unless the latest is asked for. */
  evidenceInTime(eventKey: string, paging: EvidenceRequest): Promise<RowPage<EventEvidence>>;
  signal(eventKey: string): Promise<Signal | undefined>;
  /** Stored signals for a backtest, newest first. */
  snapshots(since: string, limit: number): Promise<SnapshotRow[]>;
  /**
   * The rows of many events in one statement; an event that is not known is left out. So are
   * signalsByKey and evidenceByKey.
   */
  eventsByKey(eventKeys: readonly string[]): Promise<EventRow[]>;
  signalsByKey(eventKeys: readonly string[]): Promise<Signal[]>;
  /** The earliest `limit` pieces of each event, in event time. */
  evidenceByKey(
    eventKeys: readonly string[],
    limit: number,
  ): Promise<{ eventKey: string; evidence: EventEvidence[] }[]>;
  /**
   * Of each event the others of its window about the same token, MOST_RELATED at most: of the same
   * contract, or of the same symbol while one names no contract and no other chain.
   */
  relatedEvents(eventKeys: readonly string[]): Promise<RelatedEvents[]>;
};

/** A symbol may be that of hundreds of contracts. */
export const MOST_RELATED = 20;

/** Those without any are left out. Keys in the order of bytes. */
export type RelatedEvents = { eventKey: string; related: string[] };

export type EvidenceRequest = PageRequest & { order?: "earliest" | "latest" };

/**
 * With `facts`, the signals hold these values alone and say nothing of where they came from: the
 * facts are most of a signal, and a list shows few of them.
 */
export type SignalRequest = OrderedRequest & { facts?: readonly string[] };

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

/** Keys of other events that are about the same token, in the same window. */
type WithRelated = { related: string[] };

export type EventLine = EventRow & WithRelated;

/** A signal without most of its facts, which are most of it. */
export type SignalLine = Pick<
  Signal,
  | "eventKey"
  | "state"
  | "previousState"
  | "score"
  | "level"
  | "riskLevel"
  | "missing"
  | "degraded"
  | "ts"
> & {
  reasons: Pick<SignalReason, "score" | "text">[];
  type: FactValue;
  chain: FactValue;
  symbol: FactValue;
  evidenceCount: number | null;
} & WithRelated;

export type SnapshotRow = {
  eventKey: string;
  rulesVersion: string;
  signal: Signal;
  event: TokenEvent;
};
