import type { ChannelConfig } from "../model/channel-config.ts";
import type { FeatureStore } from "../model/onchain-features.ts";
import type { DueDelivery } from "./index.ts";

export type ChannelDraft = Pick<
  ChannelConfig,
  "kind" | "name" | "settings" | "filter" | "atMostOnce"
>;
export type ChannelPatch = Partial<Omit<ChannelConfig, "id" | "kind" | "createdAt">>;
/** `taken`: another channel has that name. `unknown`: no such channel. */
export type SavedChannel =
  | { kind: "saved"; channel: ChannelConfig }
  | { kind: "taken" }
  | { kind: "unknown" };

export type ChannelAdmin = {
  addChannel(draft: ChannelDraft, at: string): Promise<SavedChannel>;
  /** Fields that are absent stay; `settings` and `filter` are replaced whole. */
  updateChannel(id: number, patch: ChannelPatch): Promise<SavedChannel>;
  /** Hides it and frees its name; its deliveries stay readable. False: no such channel. */
  removeChannel(id: number, at: string): Promise<boolean>;
};

/** `open`: it waits already. `done`: it was delivered, and is not sent twice. */
export type ReopenedDelivery =
  | { kind: "reopened"; delivery: DueDelivery }
  | { kind: "open" | "done" | "unknown" };

export type OutboxAdmin = {
  /**
   * Makes a dlq or failed row due now, with its idempotency key and its attempts kept, its age
   * starting anew, and its dead letter marked as replayed.
   */
  reopen(id: number, now: string): Promise<ReopenedDelivery>;
  /**
   * Makes what waits for a channel due now, but for what is held back on purpose (quiet hours,
   * digests).
   */
  bringForward(channelId: number, now: string): Promise<void>;
  /**
   * What the channel calls the last message it took about this event, to edit or thread it; null
   * when there is none.
   */
  lastMessage(channelId: number, eventKey: string): Promise<string | null>;
};

/** Null means any; `ids` empty means none. */
export type ReplayFilter = { ids: number[] | null; stage: string | null; reason: string | null };
export type ReplayDeadLetter = {
  id: number;
  stage: string;
  reason: string;
  payload: unknown;
  subject: string | null;
  replays: number;
};

export type ReplayAdmin = {
  /**
   * Takes dead letters that were not replayed yet, oldest first, marks them, and re-opens what they
   * ended: posts wait again (the sweep re-queues them should the caller die now) and deliveries
   * fall due at `at`. The caller sends the payloads of the other stages to their queues.
   */
  takeForReplay(filter: ReplayFilter, limit: number, at: string): Promise<ReplayDeadLetter[]>;
};

/** `hash` is sha256 of the secret; the secret itself is shown once and stored nowhere. */
export type ApiKey = {
  id: string;
  name: string;
  hash: string;
  scopes: string[];
  limitPerMinute: number | null;
  createdAt: string;
  expiresAt: string | null;
  revokedAt: string | null;
};

export type KeyStore = {
  /** A key already there stays as it is. */
  addKey(key: ApiKey): Promise<void>;
  /** Also one that is revoked or expired: the caller says so to its holder. */
  apiKey(id: string): Promise<ApiKey | undefined>;
  apiKeys(): Promise<ApiKey[]>;
  /** False: no such key. The time of the first call stays. */
  revokeKey(id: string, at: string): Promise<boolean>;
};

export type RulesVersion = { sha: string; author: string; createdAt: string; activatedAt: string };

export type RulesHistory = {
  /**
   * Called for every activation, also of a version seen before (a rollback). The document of a sha
   * never changes.
   */
  recordRules(
    version: { sha: string; document: string; author: string },
    at: string,
  ): Promise<void>;
  /** The latest activated first. */
  rulesVersions(limit: number): Promise<RulesVersion[]>;
  rulesDocument(sha: string): Promise<string | undefined>;
};

export type AdminStore = ChannelAdmin &
  OutboxAdmin &
  ReplayAdmin &
  KeyStore &
  RulesHistory &
  FeatureStore;
