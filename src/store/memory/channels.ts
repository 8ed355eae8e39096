import type { ChannelConfig, TokenMute } from "../../model/channel-config.ts";
import { DEFAULT_TENANT } from "../../model/tenant.ts";
import { type ChannelStore, MOST_MUTES } from "../channels.ts";
import { logChange } from "./audit-log.ts";
import { needRoom } from "./quotas.ts";
import { closeUnsent, isOpen, isOwn, type MemoryChannel, type MemoryRows } from "./rows.ts";

const FORGOTTEN_MS = 32 * 86_400_000;

/** What is kept beside a new mute; null when there are too many. */
function withRoom(mutes: readonly TokenMute[], { token, until }: TokenMute, at: number) {
  const inForce = (mute: Pick<TokenMute, "until">) => Date.parse(mute.until) > at;
  const recent = mutes.filter((mute) => Date.parse(mute.until) > at - FORGOTTEN_MS);
  const lasts = recent.filter(
    (mute, n) =>
      mute.token !== token && n === recent.findLastIndex((other) => other.token === mute.token),
  );
  if (inForce({ until }) && lasts.filter(inForce).length >= MOST_MUTES) return null;
  const first = recent.findIndex(inForce);
  const kept =
    recent.length < 2 * MOST_MUTES
      ? recent
      : lasts.filter((mute) => first !== -1 && recent.indexOf(mute) >= first);
  return kept.length < 2 * MOST_MUTES ? kept : null;
}

/** Removes a channel, and ends what waits for it unsent. */
export function dropChannel(
  rows: MemoryRows,
  channel: MemoryChannel,
  at: string,
  why: string,
): void {
  Object.assign(channel, { removedAt: at, settings: {} });
  for (const row of rows.outbox.filter(({ draft }) => draft.channelId === channel.id))
    if (isOpen(row) && (row.leasedUntil === null || row.leasedUntil <= at))
      closeUnsent(rows, row, "skipped", why, at);
}

export function channelStore(rows: MemoryRows, own: string | null = null): ChannelStore {
  const shown = (id: number) => {
    const channel = rows.channels.get(id);
    return channel?.removedAt === null && isOwn(own, channel.tenant) ? channel : undefined;
  };
  const config = ({
    removedAt: _,
    failures: __,
    refusals: ___,
    ...channel
  }: MemoryChannel): ChannelConfig => channel;
  const cleared = { failingSince: null, failures: 0, refusals: 0 };
  const taken = (tenant: string, name: string, id: number | null) =>
    [...rows.channels.values()].some(
      (other) =>
        other.tenant === tenant &&
        other.name === name &&
        other.removedAt === null &&
        other.id !== id,
    );

  return {
    channels: async () =>
      [...rows.channels.values()]
        .filter(({ removedAt, tenant }) => removedAt === null && isOwn(own, tenant))
        .map(config),
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
      const tenant = own ?? DEFAULT_TENANT;
      if (rows.tenants.get(tenant)?.removedAt) return { kind: "unknown" };
      if (taken(tenant, draft.name, null)) return { kind: "taken" };
      needRoom(rows, "channels", tenant, at);
      const id = rows.channels.size + 1;
      const channel: ChannelConfig = {
        ...draft,
        id,
        tenant,
        status: "active",
        statusReason: null,
        failingSince: null,
        createdAt: at,
      };
      rows.channels.set(id, { ...channel, removedAt: null, failures: 0, refusals: 0 });
      logChange(rows, entry, { subject: `channel/${id}` }, own);
      return { kind: "saved", channel };
    },
    async updateChannel(id, patch, entry) {
      const channel = shown(id);
      if (channel === undefined) return { kind: "unknown" };
      if (patch.name !== undefined && taken(channel.tenant, patch.name, id))
        return { kind: "taken" };
      Object.assign(channel, patch, patch.status === "active" && cleared);
      logChange(rows, entry, {}, own);
      return { kind: "saved", channel: config(channel) };
    },
    async muteToken(id, mute, at, entry) {
      const channel = shown(id);
      if (channel === undefined) return "unknown";
      const mutes = channel.filter.mutes ?? [];
      if (mutes.some(({ request }) => request === mute.request)) return "repeated";
      const kept = withRoom(mutes, mute, Date.parse(at));
      if (kept === null) return "full";
      channel.filter = { ...channel.filter, mutes: [...kept, mute] };
      logChange(rows, entry, {}, channel.tenant);
      return "muted";
    },
    async removeChannel(id, at, entry) {
      const channel = shown(id);
      if (channel === undefined) return false;
      dropChannel(rows, channel, at, "the channel was removed");
      logChange(rows, entry, {}, own);
      return true;
    },
  };
}
