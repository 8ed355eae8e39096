import type { ActivityRange, ActivityStore, StoreActivity } from "../activity.ts";
import { isOpen, type MemoryRows } from "./rows.ts";

const seconds = (at: string): number => Date.parse(at) / 1000;
const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** Groups rows by an object of plain values, in the order of those values. */
function grouped<Row, Key extends object, Out>(
  rows: Row[],
  key: (row: Row) => Key,
  sum: (rows: Row[]) => Out,
): (Key & Out)[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(Object.values(key(row))));
  return [...groups.values()]
    .map((members) => ({ ...key(members[0] as Row), ...sum(members) }))
    .sort((a, b) => compareValues(Object.values(a), Object.values(b)));
}

function compareValues(a: unknown[], b: unknown[]): number {
  for (const [at, value] of a.entries()) {
    const other = b[at];
    if (value === other) continue;
    if (typeof value === "number" && typeof other === "number") return value - other;
    return value === null ? 1 : other === null ? -1 : String(value) < String(other) ? -1 : 1;
  }
  return 0;
}

/** As percentile_disc: the first value that so many are not above. */
function percentiles(values: number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: values.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

const counted = (rows: unknown[]) => ({ count: rows.length });

export function activityStore(rows: MemoryRows): ActivityStore {
  return {
    async activity(range, now) {
      return {
        ...postsIn(rows, range),
        ...deliveriesIn(rows, range),
        ...signalsIn(rows, range),
        open: openNow(rows, now),
      };
    },
  };
}

const isIn = ({ from, to }: ActivityRange, at: string | null): at is string =>
  at !== null && at >= from && at < to;
const stepOf = ({ stepSeconds }: ActivityRange, at: string): number =>
  Math.floor(seconds(at) / stepSeconds) * stepSeconds;

function postsIn(rows: MemoryRows, range: ActivityRange): Pick<StoreActivity, "posts" | "waits"> {
  const posts = [...rows.posts.values()].filter(({ acceptedAt }) => isIn(range, acceptedAt));
  const t = ({ acceptedAt }: { acceptedAt: string }) => stepOf(range, acceptedAt);
  const wait = (what: "judge" | "evidence", end: (row: (typeof posts)[number]) => string | null) =>
    grouped(
      posts.filter((row) => end(row) !== null),
      (row) => ({ t: t(row), what }),
      (some) => percentiles(some.map((row) => between(row.acceptedAt, end(row) ?? ""))),
    );
  const sent = rows.outbox.filter(
    ({ status, finishedAt }) => status === "done" && isIn(range, finishedAt),
  );
  const sends = grouped(
    sent,
    ({ finishedAt }) => ({ t: stepOf(range, finishedAt ?? ""), what: "send" as const }),
    (some) =>
      percentiles(
        some.map(({ createdAt, draft, reopenedAt, finishedAt }) => {
          const due = [createdAt, draft.notBefore, reopenedAt].filter((at) => at !== null);
          return between(due.toSorted().at(-1) ?? createdAt, finishedAt ?? "");
        }),
      ),
  );
  const waits = [
    ...wait("judge", ({ judgedAt }) => judgedAt),
    ...wait("evidence", ({ outcome, endedAt }) => (outcome === "evidence" ? endedAt : null)),
    ...sends,
  ];
  return {
    posts: grouped(
      posts,
      (row) => ({
        t: t(row),
        source: row.post.source,
        outcome: row.outcome === null || row.outcome === "pending" ? "open" : row.outcome,
        reason: row.outcome === "dropped" ? row.reason : null,
      }),
      counted,
    ),
    waits: waits.sort((a, b) => compareValues([a.t, a.what], [b.t, b.what])),
  };
}

function deliveriesIn(rows: MemoryRows, range: ActivityRange): Pick<StoreActivity, "attempts"> {
  const attempts = rows.outbox
    .flatMap(({ draft, attempts: made }) => {
      const channel = rows.channels.get(draft.channelId)?.kind;
      return channel === undefined ? [] : made.map((attempt) => ({ ...attempt, channel }));
    })
    .filter(({ at }) => isIn(range, at));
  return {
    attempts: grouped(
      attempts,
      ({ at, channel, result }) => ({ t: stepOf(range, at), channel, result }),
      (some) => percentiles(some.map(({ ms }) => ms)),
    ),
  };
}

function signalsIn(
  rows: MemoryRows,
  range: ActivityRange,
): Pick<StoreActivity, "changes" | "rules" | "scores" | "tokens"> {
  const events = [...rows.events.values()];
  const signals = events.map(({ signal }) => signal).filter(({ ts }) => isIn(range, ts));
  const changes = rows.history.map(({ change }) => change).filter(({ ts }) => isIn(range, ts));
  const mean = (scores: number[]) => scores.reduce((a, b) => a + b, 0) / scores.length;
  return {
    changes: grouped(changes, ({ ts, state }) => ({ t: stepOf(range, ts), state }), counted),
    rules: grouped(
      signals,
      ({ rulesVersion: version, state }) => ({ version, state }),
      (some) => ({ count: some.length, score: mean(some.map(({ score }) => score)) }),
    )
      .sort((a, b) => b.count - a.count)
      .slice(0, 20),
    scores: grouped(signals, ({ score }) => ({ from: Math.floor(score / 5) * 5 }), counted),
    tokens: grouped(
      events.filter(({ event }) => isIn(range, event.lastTs)),
      ({ event }) => ({ chain: event.chain, token: event.symbol ?? event.tokenCa ?? "" }),
      (some) => ({
        events: some.length,
        evidence: some.reduce((sum, { event }) => sum + event.evidenceCount, 0),
        score: Math.max(...some.map(({ signal }) => signal.score)),
      }),
    )
      .sort((a, b) => b.evidence - a.evidence || b.events - a.events)
      .slice(0, 20),
  };
}

function openNow(rows: MemoryRows, now: string): StoreActivity["open"] {
  const shown = (what: "posts" | "deliveries", since: string[]) => ({
    what,
    count: since.length,
    oldestSeconds: since.length === 0 ? null : seconds(now) - seconds(since.toSorted()[0] ?? now),
  });
  const posts = [...rows.posts.values()].filter(({ endedAt }) => endedAt === null);
  const deliveries = rows.outbox.filter(isOpen);
  return [
    shown(
      "posts",
      posts.map(({ acceptedAt }) => acceptedAt),
    ),
    shown(
      "deliveries",
      deliveries.map(({ reopenedAt, createdAt }) => reopenedAt ?? createdAt),
    ),
  ];
}
