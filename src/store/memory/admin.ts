import type { ChannelConfig } from "../../model/channel-config.ts";
import type { FeatureStore } from "../../model/onchain-features.ts";
import type { ChannelAdmin, KeyStore, OutboxAdmin, RulesHistory } from "../admin.ts";
import type { ChannelStore, CursorStore } from "../index.ts";
import { reopenRow } from "./outbox.ts";
import { isOpen, type MemoryRows, scheduleRow } from "./rows.ts";

export function channelStore(rows: MemoryRows): ChannelStore & ChannelAdmin {
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
      if (channel !== undefined) channel.removedAt = at;
      return channel !== undefined;
    },
  };
}

export function outboxAdmin(rows: MemoryRows): OutboxAdmin {
  return {
    async reopen(id, now) {
      const row = rows.outbox[id - 1];
      if (row === undefined) return { kind: "unknown" };
      if (row.status === "done") return { kind: "done" };
      if (row.status === "pending" || row.leasedUntil !== null) return { kind: "open" };
      reopenRow(rows, row, now);
      const deadLetter = rows.deadLetters.get(`outbox:${id}`);
      if (deadLetter?.replayedAt === null)
        Object.assign(deadLetter, { replayedAt: now, replays: deadLetter.replays + 1 });
      return {
        kind: "reopened",
        delivery: { id, channelId: row.draft.channelId, eventKey: row.draft.eventKey },
      };
    },
    async bringForward(channelId, now) {
      for (const row of rows.outbox.filter(({ draft }) => draft.channelId === channelId)) {
        const due =
          row.draft.notBefore !== null && row.draft.notBefore > now ? row.draft.notBefore : now;
        if (!isOpen(row) || row.nextRetryAt <= due) continue;
        row.nextRetryAt = due;
        scheduleRow(rows, row);
      }
    },
    async lastMessage(channelId, eventKey) {
      const sent = (rows.events.get(eventKey)?.outbox ?? []).filter(
        (row) => row.draft.channelId === channelId && !isOpen(row) && row.externalId !== null,
      );
      return sent.at(-1)?.externalId ?? null;
    },
  };
}

export function cursorStore(rows: MemoryRows): CursorStore {
  return {
    cursor: async (source) => rows.cursors.get(source),
    async advanceCursor(source, from, to, at) {
      const before = rows.cursors.get(source);
      const stored = before?.cursor ?? null;
      if (stored !== from && stored !== to) return false;
      rows.cursors.set(source, {
        cursor: to,
        polledAt: at,
        movedAt: before !== undefined && stored === to ? before.movedAt : at,
      });
      return true;
    },
  };
}

export function keyStore(rows: MemoryRows): KeyStore {
  return {
    async addKey(key) {
      if (!rows.keys.has(key.id)) rows.keys.set(key.id, key);
    },
    apiKey: async (id) => rows.keys.get(id),
    apiKeys: async () =>
      [...rows.keys.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    async revokeKey(id, at) {
      const key = rows.keys.get(id);
      if (key !== undefined) rows.keys.set(id, { ...key, revokedAt: key.revokedAt ?? at });
      return key !== undefined;
    },
  };
}

export function rulesHistory(rows: MemoryRows): RulesHistory {
  return {
    async recordRules(version, at) {
      rows.rules.set(version.sha, {
        createdAt: at,
        ...version,
        ...rows.rules.get(version.sha),
        activatedAt: at,
      });
    },
    async rulesVersions(limit) {
      return [...rows.rules.values()]
        .sort((a, b) => (a.activatedAt > b.activatedAt ? -1 : 1))
        .slice(0, limit)
        .map(({ sha, author, createdAt, activatedAt }) => ({
          sha,
          author,
          createdAt,
          activatedAt,
        }));
    },
    rulesDocument: async (sha) => rows.rules.get(sha)?.document,
  };
}

export function featureStore(rows: MemoryRows): FeatureStore {
  return {
    async putFeatures(features) {
      const same = (held: typeof features) =>
        held.chain === features.chain &&
        held.tokenCa === features.tokenCa &&
        held.window === features.window &&
        held.asOf === features.asOf;
      rows.features = [...rows.features.filter((held) => !same(held)), features];
    },
    async features(chain, tokenCa, window) {
      return rows.features
        .filter(
          (held) => held.chain === chain && held.tokenCa === tokenCa && held.window === window,
        )
        .reduce<(typeof rows.features)[number] | undefined>(
          (a, b) => (a === undefined || b.asOf > a.asOf ? b : a),
          undefined,
        );
    },
  };
}
