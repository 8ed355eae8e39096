import type { StoreOverview } from "../read.ts";
import { archivedOf, type MemoryRows } from "./rows.ts";

const MINUTE = 60_000;

export function overviewOf(rows: MemoryRows, now: string): StoreOverview {
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
    deadLetters: [...rows.deadLetters.values()].filter(({ replayedAt }) => replayedAt === null)
      .length,
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
