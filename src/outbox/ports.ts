import type { AnyChannel, PaceLimit, SendPorts } from "../channels/channel.ts";
import type { Clock, Random } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { Delivery, SentMessage } from "../model/delivery.ts";
import type { TenantQuota } from "../model/tenant.ts";
import type { Routes } from "../routing/routes.ts";
import type { ChannelStore } from "../store/channels.ts";
import type { DeliveryStore } from "../store/deliveries.ts";
import type { EventStore } from "../store/events.ts";
import type { OutboxStore } from "../store/outbox.ts";
import type { QuotaStore } from "../store/quotas.ts";

/**
 * What `deliver` needs. The channel's actor (channel-actor.ts) provides it; tests have their own.
 */
export type DeliverPorts = Pick<SendPorts, "fetch" | "env" | "telemetry" | "log"> & {
  store: DeliveryStore &
    Pick<
      OutboxStore,
      "due" | "digestRows" | "lastMessage" | "addDeliveries" | "lastOfGroup" | "gatherGroup"
    > &
    Pick<EventStore, "event" | "signals" | "eventsByKey"> &
    Pick<QuotaStore, "takeNotification"> &
    Pick<ChannelStore, "setChannelStatus" | "updateChannel" | "recordFailure" | "clearFailures">;
  /** As they were at `since` (milliseconds) or later; without it they may be some seconds old. */
  channels(since?: number): Promise<readonly ChannelConfig[]>;
  /** A tenant's routes in force; null without any. */
  routes(tenant: string): Promise<Routes | null>;
  /** Of a tenant other than the default one; they may be some seconds old. */
  quotas(tenant: string): Promise<TenantQuota>;
  kind(name: string): AnyChannel | undefined;
  now: Clock;
  random: Random;
  /** A new token for each claim; no two holders may have the same. */
  leaseToken(): string;
  /**
   * Reserves a send under every limit and answers how long to wait for it, in milliseconds. A
   * delivery that asks again keeps its reservation.
   */
  reserve(id: number, limits: readonly PaceLimit[]): Promise<number>;
  /** The same for a send over another channel, whose own actor keeps its limits. */
  reserveAt(channelId: number, holder: number, limits: readonly PaceLimit[]): Promise<number>;
  /** Lets the channel rest for `ms`, as its target asked on a success. */
  rest?(limits: readonly PaceLimit[], ms: number): void;
  sleep(ms: number): Promise<void>;
  /**
   * Runs the renewal of a lease and its send with limited concurrency: a send uses a connection,
   * while the steps before and after it share statements with other deliveries.
   */
  limitSends<T>(task: () => Promise<T>): Promise<T>;
  journal: SendJournal;
  /** Called after each recorded attempt, for live listeners. */
  onAttempt?(row: Delivery, attempt: RecordedAttempt): void;
};

/** `kind` and `channel`: the kind of the channel and its name. `ms`: of the send alone. */
export type RecordedAttempt = {
  kind: string;
  channel: string;
  tenant: string;
  result: string;
  ms: number;
  at: string;
};

/**
 * Sends that the channel accepted and the database has not recorded. The next claim closes such a
 * delivery instead of sending it again. The journal bridges an outage of the database between a
 * send and its record.
 */
export type SendJournal = {
  get(id: number): Promise<SentMessage | undefined>;
  put(id: number, sent: SentMessage): Promise<void>;
  delete(id: number): Promise<void>;
  /** The deliveries that it holds. */
  ids(): Promise<number[]>;
};

/** How one call ended. The caller counts it, and wakes the sweeper at `at` when it is `later`. */
export type DeliverOutcome =
  | {
      kind: "done";
      channel: string;
      result: string;
      traceId?: string;
      ambiguous: boolean;
      rows: number;
      waitedMs: number;
      endToEndMs?: number;
      /** When a repeat of it is due. */
      repeatAt?: number;
    }
  | {
      kind: "later";
      at: number;
      reason: string;
      /** An older delivery of its event or token is open: once that ends, `turn` lets it pass. */
      behind?: { olderId: number; turn: string };
      channel?: string;
      result?: string;
      traceId?: string;
      ambiguous?: boolean;
    }
  | {
      kind: "dlq";
      channel: string;
      reason: string;
      result?: string;
      traceId?: string;
      ambiguous?: boolean;
    }
  /** Nothing to do: the delivery ended before. */
  | { kind: "closed" }
  /** Another holder took over, and its writes count. */
  | { kind: "lost-lease" }
  /** The database is out of reach. Nothing was sent, or the send is in the journal: try again. */
  | { kind: "unavailable" };
