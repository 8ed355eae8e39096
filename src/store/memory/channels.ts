import type { ChannelConfig } from "../../model/channel-config.ts";
import type { ChannelStore } from "../channels.ts";
import { closeUnsent, isOpen, type MemoryRows } from "./rows.ts";

export function channelStore(rows: MemoryRows): ChannelStore {
  const shown = (id: number) => {
    const channel = rows.channels.get(id);
    return channel?.removedAt === null ? channel : undefined;
  };
  const config = ({
    removedAt: _,
    ...channel
  }: ChannelConfig & { removedAt: string | null }): ChannelConfig => channel;
  const taken = (name: string, id: number | null) =>
    [...rows.channels.values()].some(
      (other) => other.name === name && other.removedAt === null && other.id !== id,
    );

  return {
    channels: async () =>
      [...rows.channels.values()].filter((channel) => channel.removedAt === null).map(config),
    async setChannelStatus(id, status, statusReason) {
      Object.assign(shown(id) ?? {}, { status, statusReason });
    },
    async addChannel(draft, at) {
      if (taken(draft.name, null)) return { kind: "taken" };
      const id = rows.channels.size + 1;
      const channel: ChannelConfig = {
        ...draft,
        id,
        status: "active",
        statusReason: null,
        createdAt: at,
      };
      rows.channels.set(id, { ...channel, removedAt: null });
      return { kind: "saved", channel };
    },
    async updateChannel(id, patch) {
      const channel = shown(id);
      if (channel === undefined) return { kind: "unknown" };
      if (patch.name !== undefined && taken(patch.name, id)) return { kind: "taken" };
      Object.assign(channel, patch);
      return { kind: "saved", channel: config(channel) };
    },
    async removeChannel(id, at) {
      const channel = shown(id);
      if (channel === undefined) return false;
      channel.removedAt = at;
      for (const row of rows.outbox.filter(({ draft }) => draft.channelId === id))
        if (isOpen(row) && (row.leasedUntil === null || row.leasedUntil <= at))
          closeUnsent(rows, row, "skipped", "the channel was removed", at);
      return true;
    },
  };
}
