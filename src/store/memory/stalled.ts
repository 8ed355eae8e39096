import type { StalledPosts } from "../read.ts";
import type { MemoryRows } from "./rows.ts";

const NAMED = 5;

/** The same count as src/store/postgres/stalled.ts, of all that waits. */
export function stalledIn(
  rows: MemoryRows,
  stuckBefore: string,
  waitedBefore: string,
): StalledPosts {
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
