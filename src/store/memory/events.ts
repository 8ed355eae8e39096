import { snakeCased } from "../../kit/case.ts";
import type { OutboxDraft } from "../../model/delivery.ts";
import { canonicalAddress } from "../../model/mention.ts";
import type { Signal } from "../../model/signal.ts";
import {
  type Change,
  type EventEvidence,
  type EventFilter,
  type EventLine,
  type EventStore,
  LOADED_PIECES,
  MOST_RELATED,
  type SignalLine,
} from "../events.ts";
import { historyRow } from "../history.ts";
import { pageOf, textMarkOf } from "../paging.ts";
import { holdPost } from "./posts.ts";
import {
  addRow,
  closeUnsent,
  type EventRecord,
  eventsNamed,
  isOpen,
  type MemoryRows,
  newestFirst,
  order,
  waitsFor,
} from "./rows.ts";

export function eventStore(rows: MemoryRows): EventStore {
  const store: EventStore = {
    async load(eventKey, pieces = LOADED_PIECES) {
      const held = rows.events.get(eventKey);
      return (
        held && {
          rev: held.rev,
          event: held.event,
          evidence: evidenceOf(held).slice(0, pieces),
          signal: held.signal,
        }
      );
    },
    async evidence(eventKey, { sinceRev, after, limit }) {
      const held = [...(rows.events.get(eventKey)?.evidence ?? [])];
      return held
        .filter(([id, { rev }]) => id > after && rev > sinceRev)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([, { mention }]) => mention);
    },
    async commit(change) {
      const { eventKey } = change.event;
      const before = rows.events.get(eventKey);
      if ((before?.rev ?? 0) !== change.expectedRev) return { kind: "stale" };
      const row = historyRow(change);
      if (row !== null)
        rows.history.push({
          id: ++rows.made.history,
          change: { ...row, rev: change.expectedRev + 1 },
        });
      const held = before ?? newEvent(rows, change);
      rows.events.set(eventKey, held);
      Object.assign(held, {
        rev: change.expectedRev + 1,
        touchedAt: change.at,
        event: change.event,
        signal: change.signal,
      });
      for (const mention of change.evidence) {
        if (!held.evidence.has(mention.evidenceId))
          held.evidence.set(mention.evidenceId, {
            mention,
            committedAt: change.at,
            rev: held.rev,
            timings: change.timings,
          });
        const post = rows.posts.get(`${mention.source}:${mention.postId}`);
        if (post !== undefined) holdPost(post, eventKey, change.at);
      }
      for (const draft of change.outbox)
        if (draft.payload.state === "downgraded" && !draft.payload.stream)
          overtake(rows, held, draft, change.at);
      for (const draft of change.outbox) addRow(rows, draft, change.at, held);
      const due = held.outbox.filter((row) => isOpen(row) && waitsFor(row) <= change.at);
      return {
        kind: "committed",
        rev: held.rev,
        due: due.map(({ id, draft }) => ({ id, channelId: draft.channelId })),
      };
    },
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
    async eventLines(filter, paging) {
      const page = await store.events(filter, paging);
      return {
        ...page,
        items: page.items.map((row) => lineOf({ ...row, related: relatedTo(rows, row.eventKey) })),
      };
    },
    async signals(filter, paging) {
      const found = [...rows.events.values()].filter((held) =>
        matches(held, filter, held.signal.ts),
      );
      return newestFirst(
        found,
        paging,
        (held) => ({ at: paging.order === "id" ? null : held.signal.ts, id: held.id }),
        ({ signal }) => (paging.facts ? withFacts(signal, paging.facts) : signal),
      );
    },
    async signalLines(filter, paging) {
      const page = await store.signals(filter, paging);
      return { ...page, items: page.items.map((signal) => lineOf(signalLine(rows, signal))) };
    },
    async event(eventKey, pieces = LOADED_PIECES) {
      const held = rows.events.get(eventKey);
      if (held === undefined) return undefined;
      const evidence = evidenceOf(held).slice(0, pieces);
      return { event: held.event, signal: held.signal, evidence };
    },
    async evidenceInTime(eventKey, { limit, cursor, order: wanted }) {
      const mark = textMarkOf(cursor);
      const held = rows.events.get(eventKey);
      const earliest = held === undefined ? [] : evidenceOf(held);
      const sign = wanted === "latest" ? -1 : 1;
      const found = (sign < 0 ? earliest.toReversed() : earliest).filter(
        ({ postedAt, evidenceId }) =>
          mark === null || sign * (compare(postedAt, mark.at) || compare(evidenceId, mark.id)) > 0,
      );
      return pageOf(
        found.slice(0, limit + 1),
        limit,
        (mention) => mention,
        ({ postedAt, evidenceId }) => ({ at: postedAt, id: evidenceId }),
      );
    },
    signal: async (eventKey) => rows.events.get(eventKey)?.signal,
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
    eventsByKey: async (eventKeys) => eventsNamed(rows, eventKeys).map(headline),
    signalsByKey: async (eventKeys) => eventsNamed(rows, eventKeys).map(({ signal }) => signal),
    evidenceByKey: async (eventKeys, limit) =>
      eventsNamed(rows, eventKeys).map((held) => ({
        eventKey: held.event.eventKey,
        evidence: evidenceOf(held).slice(0, limit),
      })),
    relatedEvents: async (eventKeys) =>
      eventsNamed(rows, eventKeys).flatMap(({ event: { eventKey } }) => {
        const related = relatedTo(rows, eventKey);
        return related.length === 0 ? [] : [{ eventKey, related }];
      }),
  };
  return store;
}

const lineOf = (row: EventLine | SignalLine): string => JSON.stringify(snakeCased(row));

function signalLine(rows: MemoryRows, signal: Signal): SignalLine {
  const { facts, reasons, onchainAsofTs, onchainConfidence, rulesVersion, transition, ...shown } =
    signal;
  const { type = null, chain = null, symbol = null, evidence_count: count } = facts.values;
  return {
    ...shown,
    reasons: reasons.map(({ score, text }) => ({ score, text })),
    type,
    chain,
    symbol,
    evidenceCount: typeof count === "number" ? count : null,
    related: relatedTo(rows, signal.eventKey),
  };
}

function relatedTo(rows: MemoryRows, eventKey: string): string[] {
  const held = rows.events.get(eventKey);
  if (held === undefined) return [];
  return [...rows.events.values()]
    .filter((other) => other !== held && isRelated(held, other))
    .map(({ event }) => event.eventKey)
    .sort()
    .slice(0, MOST_RELATED);
}

/** The contract that an event is about: of its posts, or as a search found it. */
function contractOf({ event, signal }: EventRecord): string | null {
  const { contract } = signal.facts.values;
  if (event.tokenCa !== null || typeof contract !== "string") return event.tokenCa;
  return contract.slice(contract.indexOf(":") + 1);
}

function isRelated(held: EventRecord, other: EventRecord): boolean {
  const [a, b] = [held.event, other.event];
  if (Date.parse(a.windowStart) !== Date.parse(b.windowStart)) return false;
  const [contract, others] = [contractOf(held), contractOf(other)];
  const isOneSymbol = a.symbol !== null && a.symbol === b.symbol;
  if (contract !== null && others !== null)
    return contract === others && (isOneSymbol || b.tokenCa === contract);
  const isOneChain = a.chain === b.chain || a.chain === "unknown" || b.chain === "unknown";
  return isOneSymbol && isOneChain;
}

const withFacts = (signal: Signal, names: readonly string[]): Signal => ({
  ...signal,
  facts: {
    evaluatedAt: signal.facts.evaluatedAt,
    values: Object.fromEntries(
      Object.entries(signal.facts.values).filter(([name]) => names.includes(name)),
    ),
    origin: {},
    degraded: [],
    notes: [],
  },
});

const newEvent = (rows: MemoryRows, { event, signal, at }: Change): EventRecord => ({
  id: ++rows.made.events,
  rev: 0,
  touchedAt: at,
  event,
  signal,
  evidence: new Map(),
  ...outboxOf(rows, event.eventKey),
});

/** Rows that outlived an earlier event of the same key are of the new one too. */
function outboxOf(
  rows: MemoryRows,
  eventKey: string,
): Pick<EventRecord, "outbox" | "deliveryCount"> {
  const outbox = rows.outbox.filter(({ draft }) => draft.eventKey === eventKey);
  return { outbox, deliveryCount: outbox.length };
}

export const evidenceOf = (held: EventRecord): EventEvidence[] =>
  [...held.evidence.values()]
    .map(({ mention }) => mention)
    .sort((a, b) => compare(a.postedAt, b.postedAt) || compare(a.evidenceId, b.evidenceId));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What no send of has begun, and would announce what is no longer true. */
function overtake(rows: MemoryRows, held: EventRecord, by: OutboxDraft, at: string): void {
  for (const row of held.outbox) {
    const isOlder = row.draft.channelId === by.channelId && row.draft.idemKey !== by.idemKey;
    const begun = row.leasedUntil !== null || row.sendingToken !== null || row.digestKey !== null;
    if (isOpen(row) && isOlder && !begun)
      closeUnsent(rows, row, "superseded", "a downgrade came first", at);
  }
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
