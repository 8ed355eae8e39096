import type { ArchivedKind } from "../archive.ts";
import type { RetentionResult, RetentionStore } from "../retention.ts";
import { ledgerOf } from "./ledger.ts";
import {
  type EventRecord,
  isOpen,
  type MemoryRows,
  type OutboxRecord,
  type PostRow,
  subjectKeys,
} from "./rows.ts";

type Part = {
  /** Of the oldest first. */
  old(rows: MemoryRows, before: string): unknown[];
  remove(rows: MemoryRows, before: string, limit: number): number;
};

/** `remove` is called for each of the oldest rows. */
const part = <Row>(
  old: (rows: MemoryRows, before: string) => Row[],
  remove: (rows: MemoryRows, row: Row) => void,
): Part => ({
  old,
  remove(rows, before, limit) {
    const gone = old(rows, before).slice(0, limit);
    for (const row of gone) remove(rows, row);
    return gone.length;
  },
});

export const PARTS: Record<RetentionResult, Part> = {
  posts: part(oldPosts, (rows, [key, row]) => deletePost(rows, key, row)),
  events: part(oldEvents, deleteEvent),
  deliveries: part(oldDeliveries, deleteDelivery),
  deadLetters: part(
    (rows, before) =>
      [...rows.deadLetters].filter(([, deadLetter]) => deadLetter.createdAt < before),
    (rows, [key]) => rows.deadLetters.delete(key),
  ),
  history: part(
    (rows, before) => rows.history.filter(({ change }) => change.ts < before),
    (rows, old) => {
      rows.history = rows.history.filter((each) => each !== old);
    },
  ),
  features: part(
    (rows, before) => rows.features.filter(({ asOf }) => asOf < before),
    (rows, old) => {
      rows.features = rows.features.filter((features) => features !== old);
    },
  ),
};

export const retentionStore = (rows: MemoryRows): RetentionStore => ({
  deleteExpired: async (what, before, limit) => PARTS[what].remove(rows, before, limit),
});

/** A row that may be archived: one of the three, by its kind. */
export type OldItem = {
  id: number;
  at: string;
  key: string;
  row?: PostRow;
  event?: EventRecord;
  change?: MemoryRows["history"][number];
};

/** What `deleteExpired` would delete, the oldest first; null: all rows, whatever their age. */
export function oldItems(rows: MemoryRows, what: ArchivedKind, before: string | null): OldItem[] {
  if (what === "posts")
    return (before === null ? [...rows.posts] : oldPosts(rows, before)).map(([key, row]) => ({
      ...{ id: row.id, at: row.acceptedAt, key, row },
    }));
  if (what === "events")
    return (before === null ? [...rows.events] : oldEvents(rows, before)).map(([key, event]) => ({
      ...{ id: event.id, at: event.event.lastTs, key, event },
    }));
  return rows.history
    .filter(({ change }) => before === null || change.ts < before)
    .map((change) => ({
      ...{ id: change.id, at: change.change.ts, change },
      key: `${change.change.eventKey}:${change.change.rev}`,
    }));
}

export function deletePart(rows: MemoryRows, what: ArchivedKind, item: OldItem): void {
  if (item.row !== undefined) deletePost(rows, item.key, item.row);
  if (item.event !== undefined) deleteEvent(rows, [item.key, item.event]);
  if (what === "history") rows.history = rows.history.filter((each) => each !== item.change);
}

function count(
  rows: MemoryRows,
  what: "post" | "event" | "delivery",
  outcome: string,
  reason = "",
): void {
  const key = JSON.stringify([what, outcome, reason]);
  rows.archived.set(key, (rows.archived.get(key) ?? 0) + 1);
}

function deletePost(
  rows: MemoryRows,
  key: string,
  { outcome, reason, post, textHash, acceptedAt }: PostRow,
): void {
  rows.posts.delete(key);
  ledgerOf(rows, post.source, acceptedAt).archived += 1;
  const repeatKey = `${textHash} ${post.author}`;
  rows.repeats.set(
    repeatKey,
    (rows.repeats.get(repeatKey) ?? []).filter((row) =>
      rows.posts.has(`${row.post.source}:${row.post.id}`),
    ),
  );
  count(rows, "post", outcome ?? "", outcome === "dropped" ? (reason ?? "") : "");
}

function oldPosts(rows: MemoryRows, before: string): [string, PostRow][] {
  const subjects = new Set([...rows.deadLetters.values()].map(({ subject }) => subject));
  return [...rows.posts]
    .filter(([key, { outcome, acceptedAt, doneKeys }]) => {
      const cameToNothing =
        outcome === "dropped" ||
        outcome === "duplicate" ||
        (outcome === "dead" && !subjects.has(key));
      return cameToNothing && doneKeys.length === 0 && acceptedAt < before;
    })
    .sort(([, a], [, b]) => (a.acceptedAt < b.acceptedAt ? -1 : 1));
}

function oldEvents(rows: MemoryRows, before: string): [string, EventRecord][] {
  const isOld = ({ event, touchedAt, outbox }: EventRecord) =>
    event.lastTs < before && touchedAt < before && !outbox.some(isOpen);
  return [...rows.events]
    .filter(([, held]) => isOld(held))
    .sort(([, a], [, b]) => (a.event.lastTs < b.event.lastTs ? -1 : 1));
}

function deleteEvent(rows: MemoryRows, [eventKey, { evidence }]: [string, EventRecord]): void {
  rows.events.delete(eventKey);
  rows.history = rows.history.filter(({ change }) => change.eventKey !== eventKey);
  count(rows, "event", "");
  for (const key of evidence.keys()) {
    const post = rows.posts.get(key);
    if (post === undefined) continue;
    post.doneKeys = post.doneKeys.filter((each) => each !== eventKey);
    const left = (post.eventKeys ?? []).filter((each) => each !== eventKey);
    post.eventKeys = left.length === 0 && post.outcome === "evidence" ? post.doneKeys : left;
    if (post.outcome === "evidence" && post.eventKeys.length === 0) deletePost(rows, key, post);
  }
}

function oldDeliveries(rows: MemoryRows, before: string): OutboxRecord[] {
  return rows.outbox
    .filter((row) => !isOpen(row) && row.finishedAt !== null && row.finishedAt < before)
    .filter(({ id, status }) => status !== "dlq" || !rows.deadLetters.has(`outbox:${id}`))
    .sort((a, b) => ((a.finishedAt ?? "") < (b.finishedAt ?? "") ? -1 : 1));
}

function deleteDelivery(rows: MemoryRows, { id, draft, status }: OutboxRecord): void {
  delete rows.outbox[id - 1];
  rows.idemKeys.delete(draft.idemKey);
  for (const key of subjectKeys(draft)) {
    const left = (rows.bySubject.get(key) ?? []).filter((row) => row.id !== id);
    if (left.length > 0) rows.bySubject.set(key, left);
    else rows.bySubject.delete(key);
  }
  const held = rows.events.get(draft.eventKey);
  if (held !== undefined) {
    held.outbox = held.outbox.filter((row) => row.id !== id);
    held.deliveryCount -= 1;
  }
  count(rows, "delivery", status);
}
