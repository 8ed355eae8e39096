import type { Clock } from "../kit/time.ts";
import type { RawPost } from "../model/raw-post.ts";
import type { Signal } from "../model/signal.ts";
import type { WriteLog } from "../observability/log.ts";
import type { Telemetry } from "../observability/telemetry.ts";
import type { KeyStore } from "../store/admin.ts";
import type { ReadStore } from "../store/read.ts";
import type { ChannelAdminPorts } from "./channels.ts";
import type { DeadLetterPorts } from "./dead-letters.ts";
import type { DialsPort } from "./dials.ts";
import type { ListPorts } from "./lists.ts";
import type { OutboxPorts } from "./outbox.ts";
import type { RulesPorts } from "./rules.ts";
import type { SourcesPorts, TriggerOptions } from "./sources.ts";

export type IngestResult =
  | { kind: "accepted"; fresh: number; repeated: number }
  /** unavailable: the database is out. overloaded: those accepted before wait too long already. */
  | { kind: "unavailable" | "overloaded"; retryAfter: number };

/**
 * What a source said to a request in its own format. `unsigned`: neither a key of ours nor a
 * signature that the source accepts.
 */
export type PushResult =
  | (IngestResult & { rejected?: { index: number; errors: { path: string; message: string }[] }[] })
  | { kind: "unknown" }
  | { kind: "unsigned"; detail: string }
  | { kind: "unreadable"; status: 400 | 415; detail: string }
  /** The answer that the sender's protocol expects: a challenge, an empty 200. */
  | { kind: "reply"; response: Response };

export type TriggerResult =
  | { kind: "started" }
  | { kind: "unknown"; sources: string[] }
  | { kind: "off"; reason: string };

export type HealthReport = {
  status: "healthy" | "degraded" | "unhealthy";
  version: string;
  database: string;
  redis: string;
  rules: { version: string | null; loadedAt: string | null };
  queues: Record<string, number | null>;
  /** When it was looked at: a storm of probes costs the database one look a second. */
  checkedAt: string;
  /**
   * Channels that wait for their credentials to be fixed, and whatever else an operator should
   * see.
   */
  notes?: string[];
};

/** Answers 429 decisions of the per-key limit. Without Redis everything is allowed. */
export type RateAllowance = {
  allowed: boolean;
  limit: number;
  remaining: number;
  resetSeconds: number;
};

/**
 * Replies kept under an Idempotency-Key for a day. Without Redis none is kept; posts are idempotent
 * by themselves.
 */
export type ReplyMemory = {
  recall(key: string): Promise<string | undefined>;
  remember(key: string, reply: string): Promise<void>;
};

/**
 * `feed`: events and signals are public. `operations`: also outbox, rules, metrics (a machine of
 * one's own). `none`: every read asks for a key.
 */
export type PublicRead = "none" | "feed" | "operations";

export type ApiSettings = {
  publicRead: PublicRead;
  version: string;
  /** A key that works without the database: `prefix_id.secret`, with every scope. */
  adminKey: string | null;
};

export type ApiPorts = ListPorts & {
  settings: ApiSettings;
  now: Clock;
  log: WriteLog;
  telemetry: Telemetry;
  store: Omit<ReadStore, "deadLetters" | "channelList" | "snapshots" | "ping" | "migrated">;
  keys: KeyStore;
  /** Unguessable and safe in a URL: `bytes` random bytes. */
  randomToken(bytes: number): string;
  limit(keyId: string, perMinute: number): Promise<RateAllowance>;
  replies: ReplyMemory;
  ingest(posts: RawPost[]): Promise<IngestResult>;
  /** A source's own push format. `trusted`: the caller showed a key with the scope ingest. */
  receive(source: string, request: Request, trusted: boolean): Promise<PushResult>;
  trigger(source: string, options: TriggerOptions): Promise<TriggerResult>;
  sources: SourcesPorts;
  dials: DialsPort;
  health(): Promise<HealthReport>;
  /** What is not ready yet; empty when migrations are applied and rules are loaded. */
  unready(): Promise<string[]>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** Every rule, matched or not, for the facts stored with the signal. */
  explain(signal: Signal): Promise<unknown>;
  rules: RulesPorts;
  channels: ChannelAdminPorts;
  outbox: OutboxPorts;
  deadLetters: DeadLetterPorts;
  /** WebSocket or Server-Sent Events, by what the request asks for. */
  stream(request: Request): Promise<Response>;
};
