import type { OutboxDraft } from "../../model/delivery.ts";
import type { Change, EventEvidence, EventStore } from "../index.ts";
import { holdPost } from "./post-outcome.ts";
import {
  type EventRecord,
  isOpen,
  type MemoryRows,
  type OutboxRecord,
  scheduleRow,
  waitsFor,
} from "./rows.ts";

export function eventStore(rows: MemoryRows): EventStore {
  return {
    async load(eventKey) {
      const held = rows.events.get(eventKey);
      return (
        held && {
          rev: held.rev,
          event: held.event,
          evidence: evidenceOf(held),
          signal: held.signal,
        }
      );
    },
    async commit(change) {
      const { eventKey } = change.event;
      const before = rows.events.get(eventKey);
      if ((before?.rev ?? 0) !== change.expectedRev) return { kind: "stale" };
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
          held.evidence.set(mention.evidenceId, { mention, committedAt: change.at });
        const post = rows.posts.get(`${mention.source}:${mention.postId}`);
        if (post !== undefined) holdPost(post, eventKey, change.at);
      }
      for (const draft of change.outbox) enqueue(rows, held, draft, change.at);
      const due = held.outbox.filter((row) => isOpen(row) && waitsFor(row) <= change.at);
      return {
        kind: "committed",
        rev: held.rev,
        due: due.map(({ id, draft }) => ({ id, channelId: draft.channelId })),
      };
    },
  };
}

const newEvent = (rows: MemoryRows, { event, signal, at }: Change): EventRecord => ({
  id: ++rows.made.events,
  rev: 0,
  touchedAt: at,
  event,
  signal,
  evidence: new Map(),
  outbox: [],
});

export const evidenceOf = (held: EventRecord): EventEvidence[] =>
  [...held.evidence.values()]
    .map(({ mention }) => mention)
    .sort((a, b) => compare(a.postedAt, b.postedAt) || compare(a.evidenceId, b.evidenceId));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function enqueue(rows: MemoryRows, held: EventRecord, draft: OutboxDraft, at: string): void {
  if (rows.idemKeys.has(draft.idemKey)) return;
  const row: OutboxRecord = {
    id: rows.outbox.length + 1,
    draft,
    status: "pending",
    retryCount: 0,
    nextRetryAt: draft.notBefore ?? at,
    createdAt: at,
    leaseToken: null,
    leasedUntil: null,
    sendingToken: null,
    digestKey: null,
    finishedAt: null,
    externalId: null,
    reopenedAt: null,
    attempts: [],
  };
  rows.idemKeys.add(draft.idemKey);
  rows.outbox.push(row);
  scheduleRow(rows, row);
  held.outbox.push(row);
}
