import { ARCHIVED, type ArchiveWritten } from "../archive.ts";
import {
  MOST_COUNTED,
  type OverviewStore,
  type PipelineBacklog,
  type StalledPosts,
  type StoreOverview,
} from "../overview.ts";
import { archivedOf } from "./ledger.ts";
import { PARTS } from "./retention.ts";
import type { MemoryRows } from "./rows.ts";

const MINUTE = 60_000;
/** Sources and events that a report of stalled posts names. */
const NAMED = 5;

export const overviewStore = (rows: MemoryRows): OverviewStore => ({
  backlog: async () => backlogOf(rows),
  overview: async (now) => overviewOf(rows, now),
  stalled: async (stuckBefore, waitedBefore) => stalledIn(rows, stuckBefore, waitedBefore),
  waiting: async (since, old) => ({
    nextDue: rows.waiting.earliest(),
    overdue: (rows.open.earliest() ?? since) < since,
    old: old
      .filter(({ what, before }) => PARTS[what].old(rows, before).length > 0)
      .map(({ what }) => what),
  }),
});

function backlogOf(rows: MemoryRows): PipelineBacklog {
  const [oldest] = [...rows.posts.values()]
    .filter(({ endedAt }) => endedAt === null)
    .sort((a, b) => {
      const [first, second] = [a.requeuedAt ?? a.acceptedAt, b.requeuedAt ?? b.acceptedAt];
      return first === second ? a.id - b.id : first < second ? -1 : 1;
    });
  const due = rows.outbox
    .flat()
    .filter(({ status }) => status === "pending" || status === "failed")
    .slice(0, MOST_COUNTED)
    .map(({ createdAt, draft, reopenedAt }) =>
      [createdAt, draft.notBefore, reopenedAt]
        .filter((at) => at !== null)
        .sort()
        .at(-1),
    );
  return {
    oldestPost: oldest?.acceptedAt ?? null,
    outbox: due.length,
    oldestDelivery: due.filter((at) => at !== undefined).sort()[0] ?? null,
    deadLetters: openDeadLetters(rows),
  };
}

const openDeadLetters = ({ deadLetters }: MemoryRows): number =>
  [...deadLetters.values()].filter(({ replayedAt }) => replayedAt === null).length;

function overviewOf(rows: MemoryRows, now: string): StoreOverview {
  const events = [...rows.events.values()];
  const posts = counted(
    [...rows.posts.values()].map(({ outcome, reason }) =>
      JSON.stringify([outcome ?? "open", outcome === "dropped" ? reason : null]),
    ),
    archivedOf(rows, "post").map(({ outcome, reason, count }) => [
      JSON.stringify([outcome, reason || null]),
      count,
    ]),
  );
  const outbox = counted(
    rows.outbox.flatMap(({ status }) => status),
    archivedOf(rows, "delivery").map(({ outcome, count }) => [outcome, count]),
  );
  return {
    posts: [...posts].map(([key, count]) => {
      const [outcome, reason] = JSON.parse(key);
      return { outcome, reason, count };
    }),
    events: archivedOf(rows, "event").reduce((sum, { count }) => sum + count, events.length),
    signals: [...counted(events.map(({ signal }) => signal.state))].map(([state, count]) => ({
      state,
      count,
    })),
    outbox: [...outbox].map(([status, count]) => ({ status, count })),
    deadLetters: openDeadLetters(rows),
    archive: ARCHIVED.flatMap((what) => {
      const of = rows.archiveBatches.filter((each) => each.what === what && each.files > 0);
      const sum = (name: keyof ArchiveWritten) => of.reduce((all, each) => all + each[name], 0);
      const written = { files: sum("files"), rows: sum("rows"), bytes: sum("bytes") };
      return of.length > 0 ? [{ what, ...written }] : [];
    }).sort((a, b) => (a.what < b.what ? -1 : 1)),
    postsPerMinute: lastHour(rows, Date.parse(now)),
  };
}

function counted(keys: string[], before: [string, number][] = []): Map<string, number> {
  const counts = new Map(before);
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** Sixty minutes, the oldest first, also those without a post. */
function lastHour(rows: MemoryRows, now: number): StoreOverview["postsPerMinute"] {
  const newest = Math.floor(now / MINUTE);
  const counts = new Array<number>(60).fill(0);
  for (const { acceptedAt } of rows.posts.values()) {
    const slot = 59 - (newest - Math.floor(Date.parse(acceptedAt) / MINUTE));
    if (slot >= 0 && slot < 60) counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts.map((count, slot) => ({
    minute: new Date((newest - 59 + slot) * MINUTE).toISOString(),
    count,
  }));
}

/** The same count as src/store/postgres/overview.ts, of all that waits. */
function stalledIn(rows: MemoryRows, stuckBefore: string, waitedBefore: string): StalledPosts {
  const open = [...rows.posts.values()].filter(({ endedAt }) => endedAt === null);
  const unjudged = open.filter(
    ({ judgedAt, acceptedAt }) => judgedAt === null && acceptedAt < waitedBefore,
  );
  const missing = open
    .filter(({ judgedAt, acceptedAt }) => judgedAt !== null && acceptedAt < stuckBefore)
    .flatMap(({ eventKeys, doneKeys }) =>
      (eventKeys ?? []).filter((key) => !doneKeys.includes(key)),
    );
  return {
    sources: mostNamed(unjudged, ({ post }) => post.source).map(({ name, count }) => ({
      source: name,
      count,
      stuck: unjudged.filter(
        ({ post, acceptedAt }) => post.source === name && acceptedAt < stuckBefore,
      ).length,
    })),
    events: mostNamed(missing, (key) => key).map(({ name, count }) => ({ eventKey: name, count })),
  };
}

const mostNamed = <T>(items: T[], nameOf: (item: T) => string): { name: string; count: number }[] =>
  [...Map.groupBy(items, nameOf)]
    .map(([name, named]) => ({ name, count: named.length }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, NAMED);
