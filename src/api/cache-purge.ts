import { spaced } from "../concurrency/spaced.ts";
import type { Clock, SleepFor } from "../kit/time.ts";
import type { LiveMessage } from "../observability/live.ts";
import { changedTags, FEED_TAG, isPostTag, POSTS_TAG } from "./cache-tags.ts";

/** The platform allows an account five purges a minute, of a hundred tags each. */
export const PURGE_EVERY_MS = 15_000;
const MOST_TAGS = 100;

export type PurgePorts = {
  now: Clock;
  sleep: SleepFor;
  /** Best effort: what is not purged is old for as long as its headers allow. */
  purge(tags: string[]): Promise<void>;
  defer(work: Promise<unknown>): void;
};

/**
 * Purges what commits made old: at once, then at most every 15 s for all that changed meanwhile.
 * One object purges for all, because the limit is one for all.
 */
export function cachePurge({ now, sleep, purge, defer }: PurgePorts) {
  const changed = new Set<string>();
  const space = spaced(PURGE_EVERY_MS, { now, sleep });
  const purgeChanged = () => {
    const tags = fitting([...changed]);
    changed.clear();
    defer(purge(tags).catch(() => undefined));
  };
  return (messages: readonly LiveMessage[]): void => {
    for (const name of messages.flatMap(changedTags)) changed.add(name);
    if (changed.size > 0) space(purgeChanged, defer);
  };
}

/** Many posts are named together, so that they do not take the lists and the events with them. */
function fitting(tags: string[]): string[] {
  if (tags.length <= MOST_TAGS) return tags;
  const others = tags.filter((name) => !isPostTag(name));
  const named = others.length < tags.length ? [...others, POSTS_TAG] : others;
  return named.length <= MOST_TAGS ? named : [FEED_TAG];
}
