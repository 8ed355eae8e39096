import type { AlertsTick } from "../../src/alerts/alerts-actor.ts";
import type { AlertsView } from "../../src/alerts/alerts-view.ts";
import type { AlertSilence } from "../../src/alerts/silence.ts";
import type { KeyCaller } from "../../src/api/caller.ts";
import type { PaceLimit } from "../../src/channels/channel.ts";
import type {
  CallOutcome,
  GuardAdmission,
  GuardRequest,
  ProviderStatus,
} from "../../src/http/provider-guard.ts";
import type { Mention } from "../../src/model/mention.ts";
import type { MetricsSnapshot } from "../../src/observability/collector.ts";
import type { LiveMessage, LogCopy, LoggedMessage } from "../../src/observability/live.ts";
import type { CachedCursor } from "../../src/schedule/cursor-cache.ts";
import type { JetstreamState } from "../../src/sources/jetstream/connection.ts";
import type { ArchivedKind } from "../../src/store/archive.ts";
import type { Change, CommitResult } from "../../src/store/events.ts";

/*
 * What may be called on each Durable Object from elsewhere. The bindings name these types and not
 * the classes: the classes are composed from the bindings, and would close a circle.
 */

export type EventRpc = Rpc.DurableObjectBranded & {
  add(mentions: Mention[], mayHold?: boolean): Promise<void>;
};

export type CommitsRpc = Rpc.DurableObjectBranded & {
  commit(change: Change): Promise<CommitResult>;
};

export type ChannelRpc = Rpc.DurableObjectBranded & {
  deliver(id: number, channelId: number): Promise<void>;
  reserve(holder: number, limit: PaceLimit): Promise<number>;
};

export type SweeperRpc = Rpc.DurableObjectBranded & {
  wake(at: number): Promise<void>;
  schedulePostSweep(at: number): Promise<void>;
  cursor(source: string): Promise<CachedCursor | undefined>;
  keepCursor(source: string, cached: CachedCursor | undefined): Promise<void>;
  /** Of the object "archive": see archiveBatch. */
  archiveBatch(what: ArchivedKind, before: string): Promise<number | undefined>;
};

export type StreamRpc = Rpc.DurableObjectBranded & {
  publish(messages: LiveMessage[]): Promise<void>;
  /** Of the root: a leaf has listeners from now on. Answers what its log lacks after `after`. */
  join(leaf: string, after: number): Promise<LogCopy>;
  /** Of a leaf: the root's messages. False: nobody listens here. */
  relay(entries: LoggedMessage[]): Promise<boolean>;
  endKey(keyId: string): Promise<void>;
  fetch(request: Request): Promise<Response>;
  issueTicket(caller: KeyCaller): Promise<string>;
  redeemTicket(ticket: string): Promise<KeyCaller | null>;
};

export type AlertsRpc = Rpc.DurableObjectBranded & {
  tick(tick: AlertsTick): Promise<void>;
  view(): AlertsView;
  addSilence(silence: AlertSilence): boolean;
  endSilence(id: string): boolean;
};

export type MetricsRpc = Rpc.DurableObjectBranded & {
  add(deltas: MetricsSnapshot): Promise<void>;
  totals(): MetricsSnapshot;
};

export type ProviderRpc = Rpc.DurableObjectBranded & {
  acquire(request: GuardRequest): GuardAdmission;
  release(outcome: CallOutcome): void;
  status(provider: string): ProviderStatus;
  reset(): void;
};

export type JetstreamRpc = Rpc.DurableObjectBranded & {
  keep(): Promise<void>;
  state(): JetstreamState;
};
