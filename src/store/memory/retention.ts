import type { RETAINED, RetentionStore } from "../store.ts";
import { type EventRecord, isOpen, type PostRow, type Rows } from "./rows.ts";

const FORGET: Record<(typeof RETAINED)[number], (rows: Rows, before: string, limit: number) => number> = {
  posts: forgetPosts,
  events: forgetEvents,
  deliveries: forgetDeliveries,
  deadLetters: (rows, before, limit) => {
    const old = [...rows.letters].filter(([, letter]) => letter.createdAt < before).slice(0, limit);
    for (const [key] of old) rows.letters.delete(key);
    return old.length;
  },
  features: (rows, before, limit) => {
    const old = new Set(rows.features.filter(({ asOf }) => asOf < before).slice(0, limit));
    rows.features = rows.features.filter((features) => !old.has(features));
    return old.size;
  },
};

export const retentionStore = (rows: Rows): RetentionStore => ({
  forget: async (what, before, limit) => FORGET[what](rows, before, limit),
});

function count(rows: Rows, what: "post" | "event" | "delivery", outcome: string, reason = ""): void {
  const key = JSON.stringify([what, outcome, reason]);
  rows.archived.set(key, (rows.archived.get(key) ?? 0) + 1);
}

function forgetPost(rows: Rows, key: string, { outcome, reason, post, textHash }: PostRow): void {
  rows.posts.delete(key);
  const repeatKey = `${textHash} ${post.author}`;
  rows.repeats.set(
    repeatKey,
    (rows.repeats.get(repeatKey) ?? []).filter((row) => rows.posts.has(`${row.post.source}:${row.post.id}`)),
  );
  count(rows, "post", outcome ?? "", outcome === "dropped" ? (reason ?? "") : "");
}

function forgetPosts(rows: Rows, before: string, limit: number): number {
  const subjects = new Set([...rows.letters.values()].map(({ subject }) => subject));
  const old = [...rows.posts]
    .filter(([key, { outcome, acceptedAt, doneKeys }]) => {
      const cameToNothing = outcome === "dropped" || outcome === "duplicate" || (outcome === "dead" && !subjects.has(key));
      return cameToNothing && doneKeys.length === 0 && acceptedAt < before;
    })
    .sort(([, a], [, b]) => (a.acceptedAt < b.acceptedAt ? -1 : 1))
    .slice(0, limit);
  for (const [key, row] of old) forgetPost(rows, key, row);
  return old.length;
}

function forgetEvents(rows: Rows, before: string, limit: number): number {
  const isOld = ({ event, touchedAt, outbox }: EventRecord) =>
    event.lastTs < before && touchedAt < before && !outbox.some(isOpen);
  const old = [...rows.events]
    .filter(([, held]) => isOld(held))
    .sort(([, a], [, b]) => (a.event.lastTs < b.event.lastTs ? -1 : 1))
    .slice(0, limit);
  for (const [eventKey, { evidence }] of old) {
    rows.events.delete(eventKey);
    count(rows, "event", "");
    for (const key of evidence.keys()) {
      const post = rows.posts.get(key);
      if (post === undefined) continue;
      post.doneKeys = post.doneKeys.filter((each) => each !== eventKey);
      post.eventKeys = (post.eventKeys ?? []).filter((each) => each !== eventKey);
      if (post.outcome === "evidence" && post.eventKeys.length === 0) forgetPost(rows, key, post);
    }
  }
  return old.length;
}

function forgetDeliveries(rows: Rows, before: string, limit: number): number {
  const old = rows.outbox
    .filter((row) => !isOpen(row) && row.finishedAt !== null && row.finishedAt < before)
    .filter(({ id, status }) => status !== "dlq" || !rows.letters.has(`outbox:${id}`))
    .sort((a, b) => ((a.finishedAt ?? "") < (b.finishedAt ?? "") ? -1 : 1))
    .slice(0, limit);
  for (const { id, draft, status } of old) {
    delete rows.outbox[id - 1];
    rows.idemKeys.delete(draft.idemKey);
    const held = rows.events.get(draft.eventKey);
    if (held !== undefined) held.outbox = held.outbox.filter((row) => row.id !== id);
    count(rows, "delivery", status);
  }
  return old.length;
}
