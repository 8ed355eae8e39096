import type { ChannelConfig } from "../model/channel-config.ts";

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

export type ChannelStore = {
  channels(): Promise<ChannelConfig[]>;
  setChannelStatus(
    id: number,
    status: ChannelConfig["status"],
    reason: string | null,
  ): Promise<void>;
  addChannel(draft: ChannelDraft, at: string): Promise<SavedChannel>;
  /** Fields that are absent stay; `settings` and `filter` are replaced whole. */
  updateChannel(id: number, patch: ChannelPatch): Promise<SavedChannel>;
  /**
   * Hides it and frees its name; its deliveries stay readable. What waits to be delivered ends as
   * `done` with the attempt "skipped"; what is being sent is ended by its holder. False: no such
   * channel.
   */
  removeChannel(id: number, at: string): Promise<boolean>;
};
