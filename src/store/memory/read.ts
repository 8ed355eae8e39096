import { canonicalAddress } from "../../model/mention.ts";
import { markOf, type PageMark, pageOf } from "../paging.ts";
import type { EventFilter, OutboxRow, PageRequest, ReadStore, RowPage } from "../read.ts";
import { auditOf, latencyOf } from "./audit.ts";
import { evidenceOf } from "./events.ts";
import { historyOf } from "./history.ts";
import { overviewOf } from "./overview.ts";
import { type EventRecord, isOpen, type MemoryRows, type OutboxRecord } from "./rows.ts";
import { stalledIn } from "./stalled.ts";

export function readStore(rows: MemoryRows): ReadStore {
  const channelName = (id: number) => rows.channels.get(id)?.name ?? String(id);
  const known = (eventKeys: readonly string[]): EventRecord[] =>
    [...new Set(eventKeys)].flatMap((eventKey) => rows.events.get(eventKey) ?? []);
  return {
    async events(filter, paging) {
      const found = [...rows.events.values()].filter((held) =>
        matches(held, filter, held.event.lastTs),
      );
      return newestFirst(
        found,
        paging,
        (held) => ({ at: held.event.lastTs, id: held.id }),
        headline,
      );
    },
    async signals(filter, paging) {
      const found = [...rows.events.values()].filter((held) =>
        matches(held, filter, held.signal.ts),
      );
      return newestFirst(
        found,
        paging,
        (held) => ({ at: held.signal.ts, id: held.id }),
        (held) => held.signal,
      );
    },
    async event(eventKey) {
      const held = rows.events.get(eventKey);
      return held && { event: held.event, signal: held.signal, evidence: evidenceOf(held) };
    },
    signal: async (eventKey) => rows.events.get(eventKey)?.signal,
    async post(source, id) {
      const row = rows.posts.get(`${source}:${id}`);
      return row && historyOf(rows, row);
    },
    async outbox(filter, paging) {
      const found = rows.outbox.filter(
        (row) =>
          (filter.status === null || shownStatus(row) === filter.status) &&
          (filter.channelId === null || row.draft.channelId === filter.channelId) &&
          (filter.since === null || row.createdAt >= filter.since),
      );
      return newestFirst(
        found,
        paging,
        ({ id }) => ({ at: null, id }),
        (row) => outboxRow(row, channelName(row.draft.channelId)),
      );
    },
    async deadLetters(filter, paging) {
      const found = [...rows.deadLetters.values()].filter(
        (deadLetter) =>
          (filter.stage === null || deadLetter.stage === filter.stage) &&
          (filter.reason === null || deadLetter.reason === filter.reason) &&
          (filter.since === null || deadLetter.createdAt >= filter.since) &&
          (filter.replayed === null || (deadLetter.replayedAt !== null) === filter.replayed),
      );
      return newestFirst(
        found,
        paging,
        ({ id }) => ({ at: null, id }),
        ({ key: _, ...deadLetter }) => deadLetter,
      );
    },
    channelList: async () =>
      [...rows.channels.values()]
        .filter(({ removedAt }) => removedAt === null)
        .map(({ removedAt: _, ...channel }) => channel),
    audit: async () => auditOf(rows),
    latency: async () => latencyOf(rows),
    overview: async (now) => overviewOf(rows, now),
    async snapshots(since, limit) {
      return [...rows.events.values()]
        .filter(({ signal }) => signal.ts >= since)
        .sort((a, b) => order(b.signal.ts, b.id, a.signal.ts, a.id))
        .slice(0, limit)
        .map(({ event, signal }) => ({
          eventKey: event.eventKey,
          rulesVersion: signal.rulesVersion,
          signal,
          event,
        }));
    },
    eventsByKey: async (eventKeys) => known(eventKeys).map(headline),
    signalsByKey: async (eventKeys) => known(eventKeys).map(({ signal }) => signal),
    evidenceByKey: async (eventKeys, limit) =>
      known(eventKeys).map((held) => ({
        eventKey: held.event.eventKey,
        evidence: evidenceOf(held).slice(0, limit),
      })),
    outboxByKey: async (eventKeys, limit) =>
      known(eventKeys)
        .flatMap((held) => held.outbox.toSorted((a, b) => b.id - a.id).slice(0, limit))
        .sort((a, b) => b.id - a.id)
        .map((row) => outboxRow(row, channelName(row.draft.channelId))),
    stalled: async (stuckBefore, waitedBefore) => stalledIn(rows, stuckBefore, waitedBefore),
    ping: async () => undefined,
    migrated: async () => undefined,
  };
}

function matches({ event, signal }: EventRecord, filter: EventFilter, ts: string): boolean {
  const is = (wanted: string | null, actual: string | null) => wanted === null || wanted === actual;
  return (
    is(filter.type, event.type) &&
    is(filter.chain, event.chain) &&
    is(filter.symbol?.toUpperCase() ?? null, event.symbol) &&
    is(filter.tokenCa === null ? null : canonicalAddress(filter.tokenCa), event.tokenCa) &&
    is(filter.state, signal.state) &&
    (filter.minScore === null || signal.score >= filter.minScore) &&
    (filter.since === null || ts >= filter.since) &&
    (filter.until === null || ts < filter.until)
  );
}

const headline = ({ event, signal }: EventRecord) => ({
  ...event,
  state: signal.state,
  score: signal.score,
  level: signal.level,
});

/** Below zero when the first comes first; ids settle equal times. */
const order = (at: string | null, id: number, otherAt: string | null, otherId: number): number =>
  (at ?? "") < (otherAt ?? "") ? -1 : (at ?? "") > (otherAt ?? "") ? 1 : id - otherId;

function newestFirst<Row, Item>(
  found: Row[],
  { limit, cursor }: PageRequest,
  mark: (row: Row) => PageMark,
  item: (row: Row) => Item,
): RowPage<Item> {
  const from = markOf(cursor);
  const sorted = found
    .map((row) => ({ row, ...mark(row) }))
    .filter(({ at, id }) => from === null || order(at, id, from.at, from.id) < 0)
    .sort((a, b) => order(b.at, b.id, a.at, a.id))
    .slice(0, limit + 1);
  return pageOf(
    sorted,
    limit,
    ({ row }) => item(row),
    ({ at, id }) => ({ at, id }),
  );
}

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
