import type { ChannelConfig, TokenMute } from "../model/channel-config.ts";
import type { ChangeEntry } from "./audit-log.ts";

export type ChannelDraft = Pick<
  ChannelConfig,
  "kind" | "name" | "settings" | "filter" | "atMostOnce"
>;

export type ChannelPatch = Partial<
  Omit<ChannelConfig, "id" | "tenant" | "kind" | "createdAt" | "failingSince" | "locked">
>;

/** `taken`: another channel of the tenant has that name. `unknown`: no such channel. */
export type SavedChannel =
  | { kind: "saved"; channel: ChannelConfig }
  | { kind: "taken" }
  | { kind: "unknown" };

/** What failed since the last success; `refusals`: how many of the last ones in a row. */
export type ChannelFailures = { failingSince: string; failures: number; refusals: number };

/**
 * "repeated": the same request was taken before. "full": the channel has MOST_MUTES mutes in force.
 * "unknown": there is no such channel.
 */
export type MuteResult = "muted" | "repeated" | "full" | "unknown";

/** Mutes in force in a channel; it holds as many that are over. */
export const MOST_MUTES = 200;

export type ChannelStore = {
  channels(): Promise<ChannelConfig[]>;
  /**
   * False: it had that status, or does not exist. Becoming active also clears its failures.
   */
  setChannelStatus(
    id: number,
    status: ChannelConfig["status"],
    reason: string | null,
  ): Promise<boolean>;
  /** Counts a failed attempt. Null: no such channel. */
  recordFailure(id: number, at: string, refused: boolean): Promise<ChannelFailures | null>;
  /** Clears the failures of a channel, after a success. */
  clearFailures(id: number): Promise<void>;
  addChannel(draft: ChannelDraft, at: string, entry?: ChangeEntry): Promise<SavedChannel>;
  /** Fields that are absent stay; `settings` and `filter` are replaced whole. */
  updateChannel(id: number, patch: ChannelPatch, entry?: ChangeEntry): Promise<SavedChannel>;
  /**
   * Adds a mute to the channel's filter, and forgets those that ended 32 days before `at`: a mute
   * lasts 30 days at most, and one that was ended must stay so until then. Of twice MOST_MUTES
   * what a later one of its token replaced goes as well, and what was over before all in force.
   */
  muteToken(id: number, mute: TokenMute, at: string, entry?: ChangeEntry): Promise<MuteResult>;
  /**
   * Erases its settings with their secrets.
   * Hides it and frees its name; its deliveries stay readable. What waits to be delivered ends as
   * `done` with the attempt "skipped"; what is being sent is ended by its holder. False: no such
   * channel.
   */
  removeChannel(id: number, at: string, entry?: ChangeEntry): Promise<boolean>;
};
