import type { Clock } from "../src/kit/time.ts";
import type { ChannelConfig } from "../src/model/channel-config.ts";
import type { Envelope } from "../src/model/envelope.ts";
import type { ProviderFacts } from "../src/model/facts.ts";
import type { Mention, TokenRef } from "../src/model/mention.ts";
import type { RawPost } from "../src/model/raw-post.ts";
import type { BroadcastLive } from "../src/observability/live.ts";
import type { WriteLog } from "../src/observability/log.ts";
import type { Telemetry } from "../src/observability/telemetry.ts";
import type { JudgeResult } from "../src/pipeline.ts";
import type { Ruleset } from "../src/rules/score.ts";
import type {
  Change,
  DeadLetterStore,
  DueDelivery,
  EventStore,
  PostStore,
} from "../src/store/store.ts";

/** The sending end of a queue. Throws when the queue refuses. */
export type SendQueue = { sendBatch(messages: { body: Envelope }[]): Promise<unknown> };

/** What consumers use of the platform's MessageBatch and Message. */
export type QueueBatch = { readonly queue: string; readonly messages: readonly QueueMessage[] };
export type QueueMessage = {
  readonly id: string;
  readonly body: unknown;
  /** 1 at the first delivery. */
  readonly attempts: number;
  ack(): void;
  retry(options?: { delaySeconds?: number }): void;
};

/** What every handler and object may use of the time and of reporting. */
export type RuntimePorts = { now: Clock; log: WriteLog; telemetry: Telemetry };

/** What accepts posts: POST /ingest, the polls, the sweep. */
export type IngestPorts = RuntimePorts & {
  store: PostStore;
  posts: SendQueue;
  requeueAfterSeconds: number;
  /** How long accepted posts may wait before new ones are refused. */
  overloadedAfterSeconds: number;
  /**
   * Tells the sweeper that these posts should have an outcome by `at` (milliseconds). Never throws.
   */
  expectPosts(at: number): Promise<void>;
};

/**
 * The 14-day window in Redis. Neither call throws: without Redis every post counts as new, and the
 * database tells.
 */
export type SeenWindow = {
  /**
   * Claims each post for the message that holds it; answers the keys whose work is already done.
   */
  claim(items: { key: string; holder: string }[]): Promise<ReadonlySet<string>>;
  confirm(keys: string[]): Promise<void>;
};

export type QueuePorts = RuntimePorts & {
  store: PostStore & DeadLetterStore;
  mentions: SendQueue;
  seen: SeenWindow;
  /** The judge of posts, by the lists as they are now. */
  judging(): Promise<(post: RawPost) => JudgeResult>;
  /** Resolves once the mentions are evidence; throws when that failed. */
  addMentions(eventKey: string, mentions: Mention[], traceId?: string): Promise<void>;
  /**
   * Attempts one delivery through its channel's object; throws only when the attempt could not be
   * made.
   */
  deliver(channelId: number, deliveryId: number): Promise<void>;
  broadcast: BroadcastLive;
};

export type EventPorts = RuntimePorts & {
  store: EventStore;
  /** `traceId`: of the message that set it off; outside calls pass it along. */
  examine(token: TokenRef, traceId?: string): Promise<ProviderFacts[]>;
  rules(): Promise<Ruleset>;
  channels(): Promise<ChannelConfig[]>;
  /**
   * After a commit: enqueue what is due, wake the sweeper for the rest, tell the live stream. Never
   * throws: the sweeper finds what this missed.
   */
  announce(change: Change, due: Omit<DueDelivery, "eventKey">[]): Promise<void>;
};
