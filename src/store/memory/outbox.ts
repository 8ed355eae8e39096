import type { OutboxRow, OutboxStore } from "../outbox.ts";
import { logChange } from "./audit-log.ts";
import {
  addRow,
  eventsNamed,
  isOpen,
  isOwn,
  type MemoryRows,
  newestFirst,
  type OutboxRecord,
  reopenRow,
  scheduleRow,
  waitsFor,
} from "./rows.ts";

const isDueIn = (
  row: OutboxRecord,
  now: string,
  channelId: number | undefined,
  group: string | null,
): boolean =>
  isOpen(row) &&
  row.draft.channelId === channelId &&
  waitsFor(row) <= now &&
  (row.draft.payload.routing?.group ?? null) === group;

export function outboxStore(rows: MemoryRows, own: string | null = null): OutboxStore {
  return {
    async digestRows(channelId, digestKey) {
      const carrying = rows.outbox.filter(
        (row) => isOpen(row) && row.draft.channelId === channelId && row.digestKey === digestKey,
      );
      return carrying.map(({ id }) => id);
    },
    async addDeliveries(drafts, at) {
      for (const draft of drafts) {
        const tenant = draft.tenant ?? rows.channels.get(draft.channelId)?.tenant;
        addRow(rows, { ...draft, ...(tenant !== undefined && { tenant }) }, at);
      }
    },
    async due(now, limit, channelId, group) {
      const lines =
        channelId === undefined ? [...rows.waitingFor.values()] : [rows.waitingFor.get(channelId)];
      const due =
        group === undefined
          ? lines.flatMap((line) => line?.upTo(now, limit) ?? [])
          : rows.outbox.filter((row) => isDueIn(row, now, channelId, group)).slice(0, limit);
      return due
        .map((row) => ({
          id: row.id,
          channelId: row.draft.channelId,
          eventKey: row.draft.eventKey,
          since: waitsFor(row),
        }))
        .sort((a, b) => (a.since === b.since ? a.id - b.id : a.since < b.since ? -1 : 1));
    },
    nextDue: async () => rows.waiting.earliest(),
    async reopen(id, now, entry) {
      const row = rows.outbox[id - 1];
      if (row === undefined || !isOwn(own, row.draft.tenant)) return { kind: "unknown" };
      if (row.status === "done") return { kind: "done" };
      if (row.status === "pending" || row.leasedUntil !== null) return { kind: "open" };
      reopenRow(rows, row, now);
      const deadLetter = rows.deadLetters.get(`outbox:${id}`);
      if (deadLetter?.replayedAt === null)
        Object.assign(deadLetter, { replayedAt: now, replays: deadLetter.replays + 1 });
      logChange(rows, entry, {}, own);
      return {
        kind: "reopened",
        delivery: { id, channelId: row.draft.channelId, eventKey: row.draft.eventKey },
      };
    },
    async bringForward(channelId, now) {
      for (const row of rows.outbox.filter(({ draft }) => draft.channelId === channelId)) {
        const due =
          row.draft.notBefore !== null && row.draft.notBefore > now ? row.draft.notBefore : now;
        if (!isOpen(row) || row.nextRetryAt <= due || !isOwn(own, row.draft.tenant)) continue;
        row.nextRetryAt = due;
        scheduleRow(rows, row);
      }
    },
    async lastOfGroup(channelId, group, since) {
      const sent = rows.outbox.flatMap(({ draft, status, finishedAt, attempts }) => {
        const isOf = draft.channelId === channelId && draft.payload.routing?.group === group;
        const accepted = attempts.some(({ result }) => ["ok", "empty", "partial"].includes(result));
        return isOf && status === "done" && accepted && finishedAt ? [finishedAt] : [];
      });
      const last = sent.sort().at(-1);
      return last !== undefined && last > since ? last : null;
    },
    async gatherGroup(channelId, group, now) {
      for (const row of rows.outbox) {
        const { draft, status, leasedUntil, nextRetryAt } = row;
        const isOf = draft.channelId === channelId && draft.payload.routing?.group === group;
        if (!isOf || draft.payload.repeat !== undefined) continue;
        if (status !== "pending" || leasedUntil !== null || nextRetryAt <= now) continue;
        row.nextRetryAt = now;
        scheduleRow(rows, row);
      }
    },
    async askMutedAt(at) {
      const waiting = rows.outbox.filter(({ status, leasedUntil, nextRetryAt, draft }) => {
        const { routing, repeat } = draft.payload;
        const isMuted = routing !== undefined && routing.muteTimes.length > 0;
        const hasOtherTime = repeat !== undefined || routing?.group !== null;
        const isIdle = status === "pending" && leasedUntil === null;
        const isWaiting = isIdle && nextRetryAt > at && isOwn(own, draft.tenant);
        return isWaiting && isMuted && !hasOtherTime;
      });
      for (const row of waiting) {
        row.nextRetryAt = at;
        scheduleRow(rows, row);
      }
      return waiting.length > 0;
    },
    async lastMessage(channelId, eventKey) {
      const sent = (rows.events.get(eventKey)?.outbox ?? []).filter(
        (row) => row.draft.channelId === channelId && !isOpen(row) && row.externalId !== null,
      );
      const last = sent.at(-1);
      return last === undefined || last.externalId === null
        ? null
        : { id: last.externalId, chat: last.externalChat, shared: last.externalShared };
    },
    async outbox(filter, paging) {
      const found = rows.outbox.filter(
        (row) =>
          isOwn(own, row.draft.tenant) &&
          (filter.status === null || shownStatus(row) === filter.status) &&
          (filter.channelId === null || row.draft.channelId === filter.channelId) &&
          (filter.since === null || row.createdAt >= filter.since),
      );
      return newestFirst(
        found,
        paging,
        ({ id }) => ({ at: null, id }),
        (row) => outboxRow(row, channelName(rows, row.draft.channelId)),
      );
    },
    async deliveryByKey(idemKey) {
      const row = rows.outbox.find(({ draft }) => draft.idemKey === idemKey);
      return row && outboxRow(row, channelName(rows, row.draft.channelId));
    },
    outboxByKey: async (eventKeys, limit) =>
      eventsNamed(rows, eventKeys)
        .flatMap((held) =>
          held.outbox
            .filter(({ draft }) => isOwn(own, draft.tenant))
            .sort((a, b) => b.id - a.id)
            .slice(0, limit),
        )
        .sort((a, b) => b.id - a.id)
        .map((row) => outboxRow(row, channelName(rows, row.draft.channelId))),
  };
}

const channelName = (rows: MemoryRows, id: number): string =>
  rows.channels.get(id)?.name ?? String(id);

const shownStatus = (row: OutboxRecord): string =>
  isOpen(row) && row.leasedUntil !== null ? "sending" : row.status;

const outboxRow = (row: OutboxRecord, channel: string): OutboxRow => ({
  id: row.id,
  channelId: row.draft.channelId,
  channel,
  eventKey: row.draft.eventKey,
  status: shownStatus(row),
  retryCount: row.retryCount,
  nextRetryAt: isOpen(row) ? row.nextRetryAt : null,
  createdAt: row.createdAt,
  finishedAt: row.finishedAt,
  idemKey: row.draft.idemKey,
  payload: row.draft.payload,
  attempts: row.attempts.map(({ at, result, httpStatus, ms, error }) => ({
    at,
    result,
    httpStatus,
    ms,
    error,
  })),
});
