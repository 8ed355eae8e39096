import type { AnyChannel, PaceLimit, SendPorts } from "../channels/channel.ts";
import type { Clock, Random } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { Delivery } from "../model/delivery.ts";
import type { AdminStore, ChannelStore, OutboxStore } from "../store/store.ts";

/**
 * What `deliver` stands on. The channel's object (workers/objects/channel.ts) gives it; tests give
 * their own.
 */
export type DeliverPorts = Pick<SendPorts, "fetch" | "env" | "telemetry" | "log"> & {
  store: Pick<OutboxStore, "claim" | "renew" | "close" | "due" | "digestRows"> &
    Pick<ChannelStore, "setChannelStatus"> &
    Pick<AdminStore, "lastMessage" | "updateChannel">;
  /** As they were at `since` (milliseconds) or later; without it they may be some seconds old. */
  channels(since?: number): Promise<readonly ChannelConfig[]>;
  kind(name: string): AnyChannel | undefined;
  now: Clock;
  random: Random;
  /** A new token for each claim; no two holders may have the same. */
  leaseToken(): string;
  /**
   * Takes a place in the line of every limit and answers how long to wait for it, in milliseconds.
   * Asked again, a delivery keeps its place.
   */
  pace(id: number, limits: readonly PaceLimit[]): Promise<number>;
  sleep(ms: number): Promise<void>;
  /**
   * Runs a renewal and its send when there is a place: sends use up connections, what stands before
   * and after them shares statements with others.
   */
  turn<T>(task: () => Promise<T>): Promise<T>;
  journal: SendJournal;
  /** Hears of each attempt once it is recorded, for whoever watches. */
  attempted?(row: Delivery, attempt: { channel: string; result: string; at: string }): void;
};

/**
 * Sends that the channel took and the database could not be told of. What stands here is closed at
 * the next claim instead of being sent again: it bridges an outage of the database between the send
 * and its record.
 */
export type SendJournal = {
  get(id: number): Promise<{ externalId: string | null } | undefined>;
  put(id: number, sent: { externalId: string | null }): Promise<void>;
  delete(id: number): Promise<void>;
};

/**
 * What became of one call. The caller counts it, and asks the sweeper to look at `at` when it is
 * `later`.
 */
export type DeliverOutcome =
  | {
      kind: "done";
      channel: string;
      result: string;
      ambiguous: boolean;
      rows: number;
      waitedMs: number;
      endToEndMs?: number;
    }
  | {
      kind: "later";
      at: number;
      reason: string;
      channel?: string;
      result?: string;
      ambiguous?: boolean;
    }
  | { kind: "dlq"; channel: string; reason: string; result?: string; ambiguous?: boolean }
  /** Nothing to do: it ended before. */
  | { kind: "closed" }
  /** Another holder took over; what it writes counts. */
  | { kind: "lost-lease" }
  /**
   * The database is out of reach and nothing was sent, or the send is in the journal: ask again.
   */
  | { kind: "unavailable" };
