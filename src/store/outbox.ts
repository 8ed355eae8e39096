import type { OutboxDraft, PriorMessage } from "../model/delivery.ts";
import type { ChangeEntry } from "./audit-log.ts";
import type { PageRequest, RowPage } from "./paging.ts";

export type DueDelivery = { id: number; channelId: number; eventKey: string };

/** `since`: when it fell due, or its last lease ended. */
export type OverdueDelivery = DueDelivery & { since: string };

export type OutboxStore = {
  /** The open rows of a channel that carry the key of a digest, in the order of their ids. */
  digestRows(channelId: number, digestKey: string): Promise<number[]>;
  /**
   * Rows due at `now` and under no live lease, the longest waiting first, at most `limit` of each
   * channel; of one channel when `channelId` is given, and of those its rows of one group of routes
   * when `group` is (null: of none).
   */
  due(
    now: string,
    limit: number,
    channelId?: number,
    group?: string | null,
  ): Promise<OverdueDelivery[]>;
  /**
   * Writes rows beside those of a commit: repeats of what was sent. A key that is there already
   * stays as it is.
   */
  addDeliveries(drafts: readonly OutboxDraft[], at: string): Promise<void>;
  /** Earliest time at which any open row falls due or its lease ends; null when none is open. */
  nextDue(): Promise<string | null>;
  /**
   * Makes a dlq or failed row due now, with its idempotency key and its attempts kept, its age
   * starting anew, and its dead letter marked as replayed.
   */
  reopen(id: number, now: string, entry?: ChangeEntry): Promise<ReopenedDelivery>;
  /**
   * Makes what waits for a channel due now, but for what is held back on purpose (quiet hours,
   * digests).
   */
  bringForward(channelId: number, now: string): Promise<void>;
  /**
   * Lets what may wait for the end of a mute time be asked again at `at`: pending rows of routes
   * with mute times that are due later, but for those of a group, and for repeats. Whether there
   * were any.
   */
  askMutedAt(at: string): Promise<boolean>;
  /** When a message of the group was last accepted, if that was after `since`. */
  lastOfGroup(channelId: number, group: string, since: string): Promise<string | null>;
  /**
   * Makes due now what waits for others of its group and was not tried yet, whenever it was to be
   * asked, but for repeats.
   */
  gatherGroup(channelId: number, group: string, now: string): Promise<void>;
  /**
   * The last message that the channel accepted about this event, to edit or thread it; null when
   * there is none.
   */
  lastMessage(channelId: number, eventKey: string): Promise<PriorMessage | null>;
  outbox(
    filter: { status: string | null; channelId: number | null; since: string | null },
    paging: PageRequest,
  ): Promise<RowPage<OutboxRow>>;
  /** The row of a key. */
  deliveryByKey(idemKey: string): Promise<OutboxRow | undefined>;
  /** The latest `limit` deliveries of each event, the latest first. */
  outboxByKey(eventKeys: readonly string[], limit: number): Promise<OutboxRow[]>;
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

/** `open`: it waits already. `done`: it was delivered, and is not sent twice. */
export type ReopenedDelivery =
  | { kind: "reopened"; delivery: DueDelivery }
  | { kind: "open" | "done" | "unknown" };
