import {
  AUDITED_WHOLE,
  type AuditBooks,
  type AuditedEvent,
  type AuditReport,
  type AuditStore,
  MOST_AUDITED_PIECES,
  type UnaccountedPosts,
} from "../audit.ts";
import { cursorOf, markOf } from "../paging.ts";
import { evidenceOf } from "./events.ts";
import { archivedOf, HOUR_MS } from "./ledger.ts";
import { type EventRecord, type MemoryRows, order, type PostRow } from "./rows.ts";

export const auditStore = (rows: MemoryRows): AuditStore => ({
  audit: async (since) => auditOf(rows, since),
  coverAudit: async (until) => cover(rows, until),
  // The numbers are counted from the rows each time.
  recountTallies: async () => [],
  latency: async () => latencyOf(rows),
  async changedEvents(since, until, { limit, cursor }) {
    const mark = markOf(cursor, true);
    const found = [...rows.events.values()]
      .filter(({ touchedAt }) => (since === null || touchedAt >= since) && touchedAt <= until)
      .filter(({ touchedAt, id }) => mark === null || order(touchedAt, id, mark.at, mark.id) > 0)
      .sort((a, b) => order(a.touchedAt, a.id, b.touchedAt, b.id));
    const page = found.slice(0, fitting(found, limit));
    const last = found.length > page.length ? page.at(-1) : undefined;
    return {
      items: page.map(audited),
      nextCursor: last === undefined ? null : cursorOf({ at: last.touchedAt, id: last.id }),
    };
  },
  unaccountedPosts: async (since) => unaccounted(rows, since),
});

/** How many events a page shows: it ends early where it would read too much evidence. */
function fitting(found: EventRecord[], limit: number): number {
  let read = 0;
  const end = found.findIndex(({ evidence: { size } }, i) => {
    read += size <= MOST_AUDITED_PIECES ? size : 0;
    return i > 0 && read > MOST_AUDITED_PIECES;
  });
  return end < 0 ? limit : Math.min(end, limit);
}

const audited = (held: EventRecord): AuditedEvent => ({
  event: held.event,
  signal: held.signal,
  pieces: held.evidence.size,
  evidence: held.evidence.size <= MOST_AUDITED_PIECES ? evidenceOf(held) : null,
  deliveryCount: held.deliveryCount,
  deliveries: held.outbox.map(({ id, draft, createdAt, attemptCount, attempts }) => ({
    id,
    channelId: draft.channelId,
    createdAt,
    payload: draft.payload,
    attemptCount,
    attempts: attempts.length,
  })),
});

function unaccounted(rows: MemoryRows, since: string | null): UnaccountedPosts[] {
  const hourOf = (at: string) => Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS;
  const found = new Map<string, number>();
  for (const { post, acceptedAt } of rows.posts.values()) {
    const key = JSON.stringify([post.source, hourOf(acceptedAt)]);
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return [...new Set([...rows.acceptedPosts.keys(), ...found.keys()])]
    .map((key) => {
      const [source, hour] = JSON.parse(key) as [string, number];
      const { accepted, archived } = rows.acceptedPosts.get(key) ?? { accepted: 0, archived: 0 };
      return { source, hour, accepted: accepted - archived, found: found.get(key) ?? 0 };
    })
    .filter(({ hour }) => since === null || hour >= hourOf(since))
    .filter((counts) => counts.accepted !== counts.found)
    .sort((a, b) => a.hour - b.hour || (a.source < b.source ? -1 : 1))
    .map((counts) => ({ ...counts, hour: new Date(counts.hour).toISOString() }));
}

/** What changed from `since` on and before `until`; both null where there is no such end. */
function compared(rows: MemoryRows, since: string | null, until: string | null) {
  const isWithin = (at: string | null): boolean =>
    at !== null && (since === null || at >= since) && (until === null || at < until);
  const ended = [...rows.posts.values()].filter(({ endedAt }) => isWithin(endedAt));
  const events = [...rows.events.values()];
  const changed = events.filter(({ touchedAt }) => isWithin(touchedAt));
  return {
    posts: ended.length,
    events: changed.length,
    contradictions: heldByNone(rows, ended) + sayOtherwise(rows, events, changed, isWithin),
    miscounted: changed.filter(miscounted).length,
  };
}

function cover(rows: MemoryRows, until: string): { found: number; more: boolean } {
  const before = rows.auditBooks;
  if (before !== null && before.until >= until) return { found: 0, more: false };
  const { posts, events, contradictions, miscounted } = compared(
    rows,
    before?.until ?? null,
    until,
  );
  rows.auditBooks = {
    until,
    posts: posts + (before?.posts ?? 0),
    events: events + (before?.events ?? 0),
    contradictions: contradictions + (before?.contradictions ?? 0),
    miscounted: miscounted + (before?.miscounted ?? 0),
  };
  return { found: contradictions + miscounted, more: false };
}

/** Where an audit begins that was not told, and what was covered before. */
const goingOn = (rows: MemoryRows, accepted: number): AuditBooks | null =>
  accepted > AUDITED_WHOLE ? rows.auditBooks : null;

/** The same count as src/store/postgres/audit.ts, in the same order. */
function auditOf(rows: MemoryRows, given: string | null | undefined): AuditReport {
  const posts = [...rows.posts.values()];
  const gone = archivedOf(rows, "post");
  const books = given === undefined ? goingOn(rows, posts.length + total(gone)) : null;
  const since = given === undefined ? (books?.until ?? null) : given;
  const found = compared(rows, since, null);
  const ended = (wanted: PostRow["outcome"]) =>
    posts.filter(({ outcome }) => outcome === wanted).length +
    total(gone.filter(({ outcome }) => outcome === wanted));
  const outbox = (wanted: string) =>
    rows.outbox.filter(({ status }) => status === wanted).length +
    total(archivedOf(rows, "delivery").filter(({ outcome }) => outcome === wanted));
  return {
    accepted: posts.length + total(gone),
    evidence: ended("evidence"),
    dropped: ended("dropped"),
    duplicate: ended("duplicate"),
    dead: ended("dead"),
    open: posts.filter((row) => row.endedAt === null).length,
    droppedBy: droppedBy(rows, posts),
    covered: { since, until: null, posts: found.posts, events: found.events },
    books,
    contradictions: found.contradictions + (books?.contradictions ?? 0),
    miscounted: found.miscounted + (books?.miscounted ?? 0),
    outbox: {
      pending: outbox("pending"),
      failed: outbox("failed"),
      done: outbox("done"),
      dlq: outbox("dlq"),
    },
    deadLetters: [...rows.deadLetters.values()].filter(
      (deadLetter) => deadLetter.replayedAt === null,
    ).length,
    latencyMs: latencyOf(rows),
    commitToSendMs: commitToSend(rows),
    postsPerSecond: throughput(posts),
  };
}

const total = (counts: { count: number }[]): number =>
  counts.reduce((sum, { count }) => sum + count, 0);

function droppedBy(rows: MemoryRows, posts: PostRow[]): AuditReport["droppedBy"] {
  const gone = archivedOf(rows, "post").filter(({ outcome }) => outcome === "dropped");
  const counts = new Map(gone.map(({ reason, count }) => [reason, count]));
  for (const row of posts)
    if (row.outcome === "dropped")
      counts.set(row.reason ?? "", (counts.get(row.reason ?? "") ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

/** Posts that say they are evidence, and an event they name does not hold them. */
function heldByNone(rows: MemoryRows, posts: PostRow[]): number {
  const held = (row: PostRow) => {
    const keys = row.eventKeys ?? [];
    return (
      keys.length > 0 &&
      keys.every((key) => rows.events.get(key)?.evidence.has(`${row.post.source}:${row.post.id}`))
    );
  };
  return posts.filter((row) => row.outcome === "evidence" && !held(row)).length;
}

/**
 * Evidence whose post is not there, says it was dropped or repeated, or does not know of the event:
 * of the events that changed what came within, and of the posts that ended within.
 */
function sayOtherwise(
  rows: MemoryRows,
  events: EventRecord[],
  changed: EventRecord[],
  isWithin: (at: string | null) => boolean,
): number {
  const isChanged = new Set(changed);
  return events.reduce((sum, held) => {
    const others = [...held.evidence.values()].filter(({ mention, committedAt }) => {
      const post = rows.posts.get(`${mention.source}:${mention.postId}`);
      const isNothing = post?.outcome === "dropped" || post?.outcome === "duplicate";
      if (isNothing && isWithin(post?.endedAt ?? null)) return true;
      const isOther = post === undefined || !post.doneKeys.includes(held.event.eventKey);
      return isChanged.has(held) && isWithin(committedAt) && (isNothing || isOther);
    });
    return sum + others.length;
  }, 0);
}

function miscounted({ event, evidence }: EventRecord): boolean {
  const mentions = [...evidence.values()].map(({ mention }) => mention);
  const times = mentions.map(({ postedAt }) => Date.parse(postedAt)).sort((a, b) => a - b);
  return (
    event.evidenceCount + event.copies !== mentions.length ||
    event.uniqueAuthors > new Set(mentions.map(({ author }) => author)).size ||
    Date.parse(event.startTs) !== times[0] ||
    Date.parse(event.lastTs) !== times.at(-1)
  );
}

/**
 * Of posts whose commit wrote a notification that was not held back: from acceptance to the first
 * delivery of it.
 */
function latencyOf(rows: MemoryRows): AuditReport["latencyMs"] {
  const ms = [...rows.events.values()].flatMap((held) => {
    const firstSent = new Map<string, number>();
    for (const { status, createdAt, finishedAt, draft } of held.outbox)
      if (status === "done" && finishedAt !== null && draft.notBefore === null)
        firstSent.set(
          createdAt,
          Math.min(Date.parse(finishedAt), firstSent.get(createdAt) ?? Number.POSITIVE_INFINITY),
        );
    return [...held.evidence.values()].flatMap(({ mention, committedAt }) => {
      const post = rows.posts.get(`${mention.source}:${mention.postId}`);
      const sent = firstSent.get(committedAt);
      return post === undefined || sent === undefined ? [] : [sent - Date.parse(post.acceptedAt)];
    });
  });
  return percentiles(ms);
}

/**
 * Of each notification that was not given another start: from its commit, or the end of what held
 * it back, to its first attempt.
 */
function commitToSend({ outbox, channels }: MemoryRows): AuditReport["commitToSendMs"] {
  return [...channels.values()].flatMap(({ id, name }) => {
    const ms = outbox.flatMap(({ attempts: [first], reopenedAt, createdAt, draft }) => {
      if (draft.channelId !== id || first === undefined || reopenedAt !== null) return [];
      const due = Math.max(Date.parse(createdAt), Date.parse(draft.notBefore ?? createdAt));
      return [Date.parse(first.at) - first.ms - due];
    });
    return ms.length === 0 ? [] : [{ channel: name, ...percentiles(ms) }];
  });
}

function percentiles(ms: number[]): AuditReport["latencyMs"] {
  const sorted = ms.sort((a, b) => a - b);
  const percentile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  return { p50: percentile(0.5), p95: percentile(0.95), count: sorted.length };
}

function throughput(posts: PostRow[]): number | null {
  let [first, last, ended] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const row of posts) {
    first = Math.min(first, Date.parse(row.acceptedAt));
    if (row.endedAt === null) continue;
    last = Math.max(last, Date.parse(row.endedAt));
    ended += 1;
  }
  return last > first ? ended / ((last - first) / 1000) : null;
}
