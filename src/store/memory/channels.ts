import type { ChannelConfig } from "../../model/channel-config.ts";
import type { ChannelStore } from "../channels.ts";
import { logChange } from "./audit-log.ts";
import { closeUnsent, isOpen, type MemoryChannel, type MemoryRows } from "./rows.ts";

const FORGOTTEN_MS = 32 * 86_400_000;

export function channelStore(rows: MemoryRows): ChannelStore {
  const shown = (id: number) => {
    const channel = rows.channels.get(id);
    return channel?.removedAt === null ? channel : undefined;
  };
  const config = ({
    removedAt: _,
    failures: __,
    refusals: ___,
    ...channel
  }: MemoryChannel): ChannelConfig => channel;
  const cleared = { failingSince: null, failures: 0, refusals: 0 };
  const taken = (name: string, id: number | null) =>
    [...rows.channels.values()].some(
      (other) => other.name === name && other.removedAt === null && other.id !== id,
    );

  return {
    channels: async () =>
      [...rows.channels.values()].filter((channel) => channel.removedAt === null).map(config),
    async setChannelStatus(id, status, statusReason) {
      const channel = shown(id);
      if (channel === undefined || channel.status === status) return false;
      Object.assign(channel, { status, statusReason }, status === "active" && cleared);
      return true;
    },
    async recordFailure(id, at, refused) {
      const channel = shown(id);
      if (channel === undefined) return null;
      channel.failingSince ??= at;
      channel.failures += 1;
      channel.refusals = refused ? channel.refusals + 1 : 0;
      const { failingSince, failures, refusals } = channel;
      return { failingSince, failures, refusals };
    },
    async clearFailures(id) {
      Object.assign(shown(id) ?? {}, cleared);
    },
    async addChannel(draft, at, entry) {
      if (taken(draft.name, null)) return { kind: "taken" };
      const id = rows.channels.size + 1;
      const channel: ChannelConfig = {
        ...draft,
        id,
        status: "active",
        statusReason: null,
        failingSince: null,
        createdAt: at,
      };
      rows.channels.set(id, { ...channel, removedAt: null, failures: 0, refusals: 0 });
      logChange(rows, entry, { subject: `channel/${id}` });
      return { kind: "saved", channel };
    },
    async updateChannel(id, patch, entry) {
      const channel = shown(id);
      if (channel === undefined) return { kind: "unknown" };
      if (patch.name !== undefined && taken(patch.name, id)) return { kind: "taken" };
      Object.assign(channel, patch, patch.status === "active" && cleared);
      logChange(rows, entry);
      return { kind: "saved", channel: config(channel) };
    },
    async muteToken(id, mute, at, entry) {
      const channel = shown(id);
      const mutes = channel?.filter.mutes ?? [];
      if (channel === undefined || mutes.some(({ request }) => request === mute.request))
        return false;
      const kept = mutes
        .slice(-199)
        .filter(({ until }) => Date.parse(until) > Date.parse(at) - FORGOTTEN_MS);
      channel.filter = { ...channel.filter, mutes: [...kept, mute] };
      logChange(rows, entry);
      return true;
    },
    async removeChannel(id, at, entry) {
      const channel = shown(id);
      if (channel === undefined) return false;
      Object.assign(channel, { removedAt: at, settings: {} });
      for (const row of rows.outbox.filter(({ draft }) => draft.channelId === id))
        if (isOpen(row) && (row.leasedUntil === null || row.leasedUntil <= at))
          closeUnsent(rows, row, "skipped", "the channel was removed", at);
      logChange(rows, entry);
      return true;
    },
  };
}
